// @ts-check
/** Which of a note's own files a command takes along. Pure. */

/** @typedef {import("../core/types.js").NoteFile} NoteFile */

const BUILD = /^docker (?:buildx |image )?build\b/;
const COMPOSE = /^docker[- ]compose\b/;
const COMPOSE_FILE = "docker-compose.yaml";

/** @type {(line: string) => boolean} */
export const takesFiles = (line) => BUILD.test(line) || COMPOSE.test(line);

/**
 * What a command uses of the note's files: Compose the others only where a service is built.
 *
 * @param {string} line
 * @param {NoteFile[]} files
 * @returns {NoteFile[]}
 */
export function filesFor(line, files) {
  const project = files.find((file) => file.name === COMPOSE_FILE);
  if (BUILD.test(line) || !project || /^\s+build:/m.test(project.text)) return files;
  return [project];
}
