// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { choicesOf, isAbsent } from "../../../server/static/js/text/choices.js";

/** @typedef {import("../../../server/static/js/core/types.js").Slot} Slot */

/** @type {(choices: Slot["choices"], existing?: boolean) => Slot} */
const slot = (choices, existing = true) => ({
  id: "s", label: "s", value: "", placeholder: false, required: true, choices, existing, hint: "", offers: [],
});
const BOX = "abcdef0123456789";
const info = {
  engine: "",
  containers: [{ id: BOX, name: "web", image: "", state: "running", status: "", ports: [] }],
  images: [
    { id: "sha256:1234abcd", name: "postgres:latest", tags: ["postgres:latest", "postgres:15"], sizeBytes: null },
    { id: "sha256:9999abcd", name: "ghcr.io/a/b:1", tags: ["ghcr.io/a/b:1"], sizeBytes: null },
  ],
  volumes: [{ name: "data", driver: "local" }],
  networks: [{ id: "fedc0123", name: "bridge" }],
};
const known = { info, services: ["db", "app"] };

test("what is there is offered, by its kind", () => {
  assert.deepEqual(choicesOf(slot("containers"), known), ["web"]);
  assert.deepEqual(choicesOf(slot("images"), known), ["postgres:latest", "ghcr.io/a/b:1"]);
  assert.deepEqual(choicesOf(slot("services"), known), ["db", "app"]);
  assert.deepEqual(choicesOf(slot("objects"), known), ["web", "postgres:latest", "ghcr.io/a/b:1", "data", "bridge"]);
  assert.deepEqual(choicesOf(slot("volumes"), { info: null, services: [] }), []);
  assert.deepEqual(choicesOf(slot("services"), { info: null, services: ["db"] }), ["db"]);
});

test("what is there is found by any of its names, and by the beginning of its id", () => {
  for (const [choices, values] of /** @type {[Slot["choices"], string[]][]} */ ([
    ["containers", ["web", BOX, "abcdef01"]],
    ["images", ["postgres", "postgres:15", "library/postgres", "docker.io/library/postgres:latest", "ghcr.io/a/b:1", "1234ab", "sha256:1234abcd"]],
    ["volumes", ["data"]],
    ["networks", ["bridge", "fedc", "default"]],
    ["objects", ["web", "postgres", "data", "bridge"]],
    ["services", ["app"]],
  ])) {
    for (const value of values) assert.ok(!isAbsent(slot(choices), value, known), `${choices}: ${value}`);
  }
});

test("what is not there is absent, but only where it must be there", () => {
  for (const choices of /** @type {Slot["choices"][]} */ (["containers", "images", "volumes", "networks", "objects", "services"])) {
    assert.ok(isAbsent(slot(choices), "postgres:9", known), String(choices));
    assert.ok(!isAbsent(slot(choices, false), "postgres:9", known), String(choices));
    assert.ok(!isAbsent(slot(choices), "", known), String(choices));
    assert.ok(!isAbsent(slot(choices), "postgres:9", { info: null, services: [] }), String(choices));
  }
  assert.ok(isAbsent(slot("containers"), "abc", known)); // too short for an id
});
