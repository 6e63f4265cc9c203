// @ts-check
/** Starts the page: state, views, shortcuts, the first look at the server. */

import { reduce } from "./core/reducer.js";
import { applyTheme, keepSettings, readSettings } from "./core/settings.js";
import { initialState } from "./core/state.js";
import { createStore } from "./core/store.js";
import { byId } from "./dom/elements.js";
import { stopAsking } from "./effects/ask.js";
import { loadConversations, openConversation } from "./effects/conversations.js";
import { loadWarnings } from "./effects/ingest.js";
import { chooseSuggestions, loadNotes, rereadNote } from "./effects/notes.js";
import { adoptRuns } from "./effects/runs.js";
import { checkHealth, loadSandbox, lookIntoSandbox, watchHealth } from "./effects/server.js";
import { createApi } from "./net/api.js";
import { keepToken, readToken, takeTokenFromAddress, tokenFromText } from "./net/token.js";
import { translate, useLanguage } from "./text/i18n.js";
import { createBack } from "./view/back.js";
import { createChats } from "./view/chats.js";
import { createComposer } from "./view/composer.js";
import { wireDialogs } from "./view/dialogs.js";
import { wireLinks } from "./view/links.js";
import { createNotesTree } from "./view/notes-tree.js";
import { createPanel } from "./view/panel.js";
import { wireSearch } from "./view/search.js";
import { createSettings } from "./view/settings.js";
import { createShell } from "./view/shell.js";
import { wireShortcuts } from "./view/shortcuts.js";
import { createThread } from "./view/thread.js";
import { watchTip } from "./view/tip.js";
import { wireUpload } from "./view/upload.js";

/** @typedef {import("./core/state.js").State} State */

let token = takeTokenFromAddress() || readToken();

const store = createStore(reduce, initialState(readSettings()));
const context = { store, api: createApi(() => token) };

/** @param {string} entered a token, or the link that holds it */
function unlock(entered) {
  token = tokenFromText(entered);
  keepToken(token);
  store.dispatch({ type: "unlocked" });
  void start();
}

/** The settings come first: the other views speak their language. */
function followSettings() {
  /** @type {State["settings"] | null} */
  let applied = null;
  return (/** @type {State} */ { settings }) => {
    if (settings === applied) return;
    if (settings.language !== applied?.language) {
      useLanguage(settings.language);
      translate(document);
      if (applied) chooseSuggestions(context);
    }
    applyTheme(settings.theme);
    if (applied) keepSettings(settings);
    applied = settings;
  };
}

for (const view of [
  followSettings(),
  createShell(context, unlock),
  createChats(context),
  createNotesTree(context),
  createThread(context),
  createComposer(context),
  createPanel(context),
  createSettings(context),
]) {
  store.subscribe(view);
}

wireDialogs();
wireSearch(context);
wireUpload(context);
wireLinks(context);
wireShortcuts(context);
watchTip();
wireAddress();
store.subscribe(createBack(store)); // after what writes the address
window.addEventListener("focus", () => {
  // What lies on the disk and in the sandbox may have been changed from elsewhere.
  lookIntoSandbox(context);
  void rereadNote(context);
});
store.flush();
void start();

/** Loads everything that the page shows at first. */
async function start() {
  if (!token) {
    store.dispatch({ type: "locked", failure: { code: "missing", message: "", hint: "" } });
    return;
  }
  // Before anything is awaited: a question asked meanwhile must not be put away.
  openFromAddress();
  await checkHealth(context);
  watchHealth(context, () => {
    openFromAddress();
    void refresh();
  });
  await refresh();
}

/** Loads the lists anew: at the start, and when the server has come back or its notes changed. */
async function refresh() {
  if (store.get().connection === "locked") return;
  const sandbox = store.get().health?.sandbox;
  const jobs = [loadConversations(context), loadNotes(context), loadWarnings(context)];
  if (sandbox === "ready") jobs.push(loadSandbox(context), adoptRuns(context));
  await Promise.all(jobs);
}

/** The conversation that is open stands in the address, so that reload and Back work. */
function wireAddress() {
  window.addEventListener("hashchange", followAddress);
  for (const id of ["new-chat", "brand"]) {
    byId(id).addEventListener("click", (event) => {
      event.preventDefault();
      store.dispatch({ type: "drawer", open: false });
      if (location.hash) history.pushState(null, "", location.pathname);
      leaveConversation();
      byId("question").focus();
    });
  }
  /** @type {string | null} */
  let open = null;
  store.subscribe(({ thread, conversations }) => {
    const isLeft = open !== null && thread.conversationId === null && conversationInAddress() === open;
    if (isLeft) history.replaceState(history.state, "", location.pathname);
    open = thread.conversationId;
    const known = conversations.items.some((item) => item.id === thread.conversationId);
    const hash = thread.conversationId && known ? `#c=${encodeURIComponent(thread.conversationId)}` : "";
    if (hash && hash !== location.hash) history.replaceState(history.state, "", hash);
  });
}

/** The link with the token may be pasted into a page that is open: what it shows stays. */
function followAddress() {
  const given = takeTokenFromAddress();
  if (given) unlock(given);
  else if (conversationInAddress()) openFromAddress();
  else leaveConversation();
}

function conversationInAddress() {
  return new URLSearchParams(location.hash.slice(1)).get("c");
}

/** Opens the conversation that the address names, unless it is open; one that failed is tried again. */
function openFromAddress() {
  const id = conversationInAddress();
  const { thread } = store.get();
  const isChosen = id === thread.conversationId;
  if (!id || (isChosen && thread.state !== "error")) return;
  if (!isChosen) stopAsking(); // its answer belongs to the conversation that is left
  void openConversation(context, id);
}

function leaveConversation() {
  const { thread } = store.get();
  if (!thread.conversationId && thread.turns.length === 0) return;
  stopAsking(); // its answer belongs to what is left
  store.dispatch({ type: "thread/new" });
}
