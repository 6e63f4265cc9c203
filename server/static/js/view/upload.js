// @ts-check
/** Adding notes: by the button, or by dropping files on the page. */

import { byId, show, typed } from "../dom/elements.js";
import { uploadNotes } from "../effects/note-files.js";

/** @param {import("../effects/context.js").Context} context */
export function wireUpload(context) {
  const input = typed("upload-file", HTMLInputElement);
  byId("upload").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    void uploadNotes(context, [...(input.files ?? [])]);
    input.value = "";
  });
  const allowed = () => context.store.get().health?.canEdit === true;
  let depth = 0; // enter and leave come for every element on the way
  window.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    show(byId("drop"), allowed());
  });
  window.addEventListener("dragleave", (event) => {
    if (!hasFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) show(byId("drop"), false);
  });
  // A file dropped beside the target must not replace the page.
  window.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  window.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    show(byId("drop"), false);
    if (allowed()) void uploadNotes(context, [...(event.dataTransfer?.files ?? [])], folderAt(event.target));
  });
}

/** @type {(target: EventTarget | null) => string} the folder of the list that was dropped on; "" beside one */
const folderAt = (target) =>
  (target instanceof Element ? target.closest("details") : null)?.dataset.path ?? "";

/** @type {(event: DragEvent) => boolean} */
const hasFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;
