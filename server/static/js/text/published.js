// @ts-check
/** Which published ports a run is about. Pure. */

/** As much of an id as `docker ps` shows. */
const SHORT_ID_CHARS = 12;

/**
 * The running containers with a page or a service to open that a run's line or output names.
 *
 * @param {import("../core/types.js").Run} run
 * @param {import("../core/types.js").SandboxContainer[]} containers
 * @returns {import("../core/types.js").SandboxContainer[]}
 */
export function publishedBy(run, containers) {
  const said = [run.text, ...run.output.map((piece) => piece.text)].join("\n");
  const words = new Set(said.split(/[^\p{L}\p{N}_.-]+/u));
  return containers.filter(
    ({ id, name, state, ports }) =>
      state === "running" &&
      ports.some((port) => port.url) &&
      (said.includes(id.slice(0, SHORT_ID_CHARS)) || words.has(name)),
  );
}
