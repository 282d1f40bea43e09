// `$metadata` in each form and version, read by the OASIS committee's converter in its strict mode, its generator of OpenAPI
// documents, and its schemas.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import test from "node:test";

import Ajv from "ajv";
import csdl from "odata-csdl";
import openapi from "odata-openapi";

const service = process.env.DELTALINK_SERVICE;
const schemas = join(dirname(createRequire(import.meta.url).resolve("odata-csdl")), "..", "schemas");

async function metadata(version, accept) {
  const answer = await fetch(`${service}$metadata`, { headers: { "OData-MaxVersion": version, Accept: accept } });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), accept);
  assert.equal(answer.headers.get("odata-version"), version);
  return answer.text();
}

// In CSDL JSON, "variable" is what a missing `$Scale` means; the converter leaves it out, and the gateway writes it.
const withoutDefaults = (document) =>
  JSON.parse(JSON.stringify(document), (key, value) => (key === "$Scale" && value === "variable" ? undefined : value));

// The converter refers from JSON to the JSON of vocabularies that it knows; of ours, which lies beside the service, it knows nothing.
const referringToJson = (document) => {
  const entries = Object.entries(document.$Reference).map(([address, included]) => [address.replace(/^(\.\.\/.*)\.xml$/, "$1.json"), included]);
  return { ...document, $Reference: Object.fromEntries(entries) };
};

for (const version of ["4.0", "4.01"]) {
  test(`the XML of ${version} is read strictly, and says the same as the JSON`, async () => {
    const messages = [];
    const converted = csdl.xml2json(await metadata(version, "application/xml"), { strict: true, messages });
    assert.deepEqual(messages, []);
    assert.equal(converted.$Version, version);
    assert.deepEqual(withoutDefaults(referringToJson(converted)), withoutDefaults(JSON.parse(await metadata(version, "application/json"))));
  });

  test(`the JSON of ${version} is valid`, async () => {
    const schema = JSON.parse(readFileSync(join(schemas, "csdl.schema.json"), "utf8"));
    const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
    validate(JSON.parse(await metadata(version, "application/json")));
    assert.deepEqual(validate.errors, null);
  });

  const xmllint = spawnSync("xmllint", ["--version"]).error === undefined;
  test(`the XML of ${version} is valid`, { skip: !xmllint && "needs xmllint" }, async () => {
    const schema = join(schemas, "edmx.xsd");
    const input = await metadata(version, "application/xml");
    const outcome = spawnSync("xmllint", ["--nonet", "--noout", "--schema", schema, "-"], {
      input,
      encoding: "utf8",
      env: { ...process.env, XML_CATALOG_FILES: "" },
    });
    assert.equal(outcome.status, 0, outcome.stderr);
  });

  test(`an OpenAPI document is made of the JSON of ${version}`, async () => {
    const messages = [];
    const document = openapi.csdl2openapi(JSON.parse(await metadata(version, "application/json")), { messages });
    assert.deepEqual(messages, []);
    // What the annotations say of reading and writing has been understood: nothing can be written.
    for (const [path, item] of Object.entries(document.paths)) {
      const verbs = Object.keys(item).filter((verb) => ["get", "put", "post", "patch", "delete"].includes(verb));
      assert.deepEqual(verbs, path === "/$batch" ? ["post"] : ["get"], path);
    }
    assert.ok("/Purchase({Id})/Customer" in document.paths);
    const parameters = JSON.stringify(document.paths["/Customer"].get.parameters);
    for (const option of ["filter", "orderby", "expand", "select", "top", "skip", "count"]) {
      assert.ok(parameters.includes(option), `${option} in ${parameters}`);
    }
    const examples = document.components.schemas["Shop.Model.Sample"].properties;
    assert.deepEqual([examples.Id.format, examples.Day.format, examples.Moment.format], ["uuid", "date", "date-time"]);
  });
}
