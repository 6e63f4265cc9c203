// @ts-check
/** Notes by their folders, as a tree. Pure. */

/**
 * @typedef {import("../core/types.js").NoteSummary} NoteSummary
 *
 * @typedef {object} Folder
 * @property {string} name as it is shown: folders that hold nothing but one folder are joined, `a/b`
 * @property {string} path "" for the notes folder itself
 * @property {Folder[]} folders by name
 * @property {NoteSummary[]} notes by path
 */

/**
 * @param {NoteSummary[]} notes
 * @returns {Folder} the notes folder
 */
export function toFolders(notes) {
  /** @type {Folder} */
  const root = { name: "", path: "", folders: [], notes: [] };
  for (const note of [...notes].sort((a, b) => a.path.localeCompare(b.path))) {
    folderOf(root, note.path.split("/").slice(0, -1)).notes.push(note);
  }
  return { ...root, folders: sorted(root.folders.map(joined)) };
}

/** @type {(from: Folder, names: string[]) => Folder} */
function folderOf(from, names) {
  return names.reduce((place, name) => {
    const known = place.folders.find((folder) => folder.name === name);
    const folder = known ?? { name, path: place.path ? `${place.path}/${name}` : name, folders: [], notes: [] };
    if (!known) place.folders.push(folder);
    return folder;
  }, from);
}

/** @type {(folder: Folder) => Folder} */
function joined(folder) {
  const [only, ...others] = folder.folders;
  if (only && others.length === 0 && folder.notes.length === 0) {
    return joined({ ...only, name: `${folder.name}/${only.name}` });
  }
  return { ...folder, folders: sorted(folder.folders.map(joined)) };
}

/** @type {(folders: Folder[]) => Folder[]} */
const sorted = (folders) => folders.sort((a, b) => a.name.localeCompare(b.name));
