// @ts-check
/** What could stand in a slot, and whether what stands there is to be had. Pure. */

/**
 * @typedef {import("../core/types.js").Slot} Slot
 * @typedef {import("../core/types.js").Sandbox} Sandbox
 *
 * @typedef {object} Known
 * @property {Sandbox | null} info what is in the sandbox; null while that is not known
 * @property {string[]} services of the note's Compose file; none while that is not known
 */

const ID = /^[0-9a-f]{4,64}$/;

/**
 * @param {Slot} slot
 * @param {Known} known
 * @returns {string[]}
 */
export function choicesOf({ choices }, { info, services }) {
  if (choices === "services") return services;
  if (!choices || !info) return [];
  const containers = info.containers.map((item) => item.name || item.id);
  if (choices === "containers") return containers;
  if (choices !== "objects") return info[choices].map((item) => item.name);
  return [...containers, ...[info.images, info.volumes, info.networks].flat().map((item) => item.name)];
}

/**
 * Tells whether a command would fail on a value. What it names may still come to be before the
 * command runs: it is to be marked only.
 *
 * @param {Slot} slot
 * @param {string} value
 * @param {Known} known
 * @returns {boolean}
 */
export function isAbsent({ choices, existing }, value, { info, services }) {
  if (!existing || !choices || value === "") return false;
  if (choices === "services") return services.length > 0 && !services.includes(value);
  if (!info) return false;
  const kinds = choices === "objects" ? Object.values(HAS) : [HAS[choices]];
  return !kinds.some((has) => has(info, value));
}

/** @type {Record<"containers" | "images" | "volumes" | "networks", (info: Sandbox, value: string) => boolean>} */
const HAS = {
  containers: ({ containers }, value) => containers.some(({ id, name }) => name === value || isIdOf(id, value)),
  images: ({ images }, value) => images.some((image) => image.tags.includes(wholeName(value)) || isIdOf(image.id, value)),
  volumes: ({ volumes }, value) => volumes.some(({ name }) => name === value),
  networks: ({ networks }, value) => value === "default" || networks.some(({ id, name }) => name === value || isIdOf(id, value)),
};

/** @type {(id: string, value: string) => boolean} */
const isIdOf = (id, value) => ID.test(bare(value)) && bare(id).startsWith(bare(value));

/** @type {(id: string) => string} */
const bare = (id) => id.replace(/^sha256:/, "");

/** @type {(image: string) => string} as the daemon lists it: without the usual registry, with a tag */
function wholeName(image) {
  const name = image.replace(/^(index\.)?docker\.io\//, "").replace(/^library\//, "");
  return /[:@][^/]*$/.test(name) ? name : `${name}:latest`;
}
