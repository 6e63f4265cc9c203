// @ts-check
/** How a container is, as the daemon says it (`Up 2 minutes`), in the words of the page. Pure. */

import { hasWords, t } from "./i18n.js";

/** @type {Record<string, string>} */
const HEALTH = { healthy: "healthy", unhealthy: "unhealthy", "health: starting": "checked", Paused: "paused" };
/** @type {Record<string, string>} */
const PLAIN = { Created: "created", Dead: "dead", "Removal In Progress": "removed" };
/** @type {Record<string, string>} spans that have no number */
const ROUGH = { "Less than a second": "time.moment", "About a minute": "time.aboutMinute", "About an hour": "time.aboutHour" };

/**
 * @param {string} status as `docker ps` says it
 * @returns {string} what is not understood stays as it is
 */
export function statusInWords(status) {
  if (Object.hasOwn(PLAIN, status)) return t(`container.${PLAIN[status]}`);
  const up = /^Up (.+?)(?: \((.+)\))?$/.exec(status);
  if (up) {
    const since = t("container.up", { time: timeInWords(up[1]) });
    const health = Object.hasOwn(HEALTH, up[2] ?? "") ? t(`container.${HEALTH[up[2]]}`) : up[2];
    return health ? `${since}, ${health}` : since;
  }
  const ended = /^(Exited|Restarting) \((-?\d+)\) (.+) ago$/.exec(status);
  return ended ? t(`container.${ended[1].toLowerCase()}`, { code: ended[2], time: timeInWords(ended[3]) }) : status;
}

/** @type {(span: string) => string} `2 minutes` */
function timeInWords(span) {
  if (Object.hasOwn(ROUGH, span)) return t(ROUGH[span]);
  const [number, unit] = span.split(" ");
  const key = `time.${unit?.replace(/s$/, "")}`;
  return hasWords(key) ? t(key, { n: Number(number) }) : span;
}
