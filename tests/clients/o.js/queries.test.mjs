// o.js: options as text, and as objects of `odata-query`; batches in parts.

import assert from "node:assert/strict";
import test from "node:test";

import odata from "odata";
import odataQuery from "odata-query";

const service = process.env.DELTALINK_SERVICE;
const buildQuery = odataQuery.default;
const shop = () => odata.o(service);
const ids = (rows) => rows.map((row) => row.Id);

test("a set is filtered, ordered and selected by options as text", async () => {
  const rows = await shop()
    .get("Customer")
    .query({ $filter: "Country eq 'Germany'", $orderby: "Name desc", $select: "Id,Name", $count: true });
  assert.deepEqual(rows, [
    { Id: 4, Name: 'Größe/50% "Übermaß"' },
    { Id: 1, Name: "Alfreds Futterkiste" },
  ]);
});

test("strings with every awkward character are found", async () => {
  for (const name of ["O'Neil & Sons + Co.", 'Größe/50% "Übermaß"', "北京 商店"]) {
    const rows = await shop().get("Customer").query(buildQuery({ filter: { Name: name } }));
    assert.deepEqual(rows.map((row) => row.Name), [name]);
  }
});

test("rows are found by keys, and counted", async () => {
  assert.equal((await shop().get("Customer(3)").query()).Name, "O'Neil & Sons + Co.");
  assert.equal((await shop().get("Product('O''CAKE')").query()).Title, "Cake of oats");
  assert.equal((await shop().get(`Product('${encodeURIComponent("A/B 50%+1")}')`).query()).Title, "Odds and ends");
  assert.equal(await shop().get("Reading/$count").query(), 250);
});

test("built filters know moments, GUIDs and related rows", async () => {
  const purchases = await shop()
    .get("Purchase")
    .query(buildQuery({ filter: { Note: "a & b = c + d", OrderedAt: { gt: new Date("2024-01-31T00:00:00Z") } } }));
  assert.deepEqual(ids(purchases), [12]);
  const guid = { type: "guid", value: "01234567-89ab-cdef-0123-456789abcdef" };
  const samples = await shop().get("Sample").query(buildQuery({ filter: { Other: guid }, select: ["Short"] }));
  assert.deepEqual(samples.map((row) => row.Short), ["twelve chars"]);
  const customers = await shop()
    .get("Customer")
    .query(
      buildQuery({
        filter: { Purchase: { any: { Note: { contains: "&" } } } },
        expand: { Purchase: { select: ["Id"], orderBy: "Id desc", top: 1 } },
        orderBy: ["Name desc"],
      }),
    );
  assert.deepEqual(customers.map((row) => [row.Id, row.Purchase]), [[2, [{ Id: 12 }]]]);
});

test("pages are followed by their links to the end", async () => {
  const seen = [];
  let link = `${service}Reading?$select=Id`;
  while (link) {
    const page = await (await odata.o(link).get().fetch()).json();
    seen.push(...ids(page.value));
    link = page["@odata.nextLink"];
  }
  assert.equal(seen.length, 250);
  assert.deepEqual(seen, [...seen].sort((a, b) => a - b));
});

test("delta links are followed", async () => {
  const first = await odata.o(service, { headers: { Prefer: "odata.track-changes" } }).get("Holiday").fetch();
  assert.equal(first.headers.get("preference-applied"), "odata.track-changes");
  const changes = await odata.o((await first.json())["@odata.deltaLink"]).get().fetch();
  const body = await changes.json();
  assert.deepEqual(body.value, []);
  assert.ok(body["@odata.deltaLink"].startsWith(service));
});

test("words are searched for", async () => {
  assert.deepEqual(ids(await shop().get("Customer").query({ $search: "Trujillo" })), [2]);
});

test("errors are answers with a status", async () => {
  await assert.rejects(shop().get("Customer(77)").query(), (answer) => {
    assert.equal(answer.status, 404);
    return true;
  });
});

test("a batch in parts answers every request, by absolute and by relative addresses", async () => {
  for (const useRelativeURLs of [false, true]) {
    const handler = odata.o(service);
    handler.config.batch.useRelativeURLs = useRelativeURLs;
    const answers = await handler.get("Customer(1)").get("Reading/$count").get("Holiday").get("Customer(77)").batch();
    assert.deepEqual(answers.map((answer) => answer.status), [200, 200, 200, 404]);
    assert.equal(answers[0].body.Name, "Alfreds Futterkiste");
    assert.equal(answers[1].body, 250);
    assert.deepEqual(answers[2].body.map((row) => row.Name), ["New Year", "Christmas"]);
    assert.equal(answers[3].body.error.code, "ResourceNotFound");
  }
});
