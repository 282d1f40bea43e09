// @odata/client: keys, filters and batches as it writes them.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import test from "node:test";

const { OData, EdmV4 } = createRequire(import.meta.url)("@odata/client");

const serviceEndpoint = process.env.DELTALINK_SERVICE;
const client = OData.New4({ serviceEndpoint });
const set = (name) => client.getEntitySet(name);
const where = (name) => client.newFilter().property(name);
const ids = (rows) => rows.map((row) => row.Id);

test("a set is filtered, ordered, selected and counted", async () => {
  const options = client.newParam().filter(where("Country").eq("Germany")).orderby("Name", "desc").select(["Id", "Name"]).count(true);
  const answer = await client.newRequest({ collection: "Customer", params: options });
  assert.equal(answer["@odata.count"], 2);
  assert.deepEqual(answer.value, [
    { Id: 4, Name: 'Größe/50% "Übermaß"' },
    { Id: 1, Name: "Alfreds Futterkiste" },
  ]);
  assert.equal(await set("Reading").count(), 250);
  assert.equal(await set("Reading").count(where("Celsius").ge(12)), 206);
  assert.deepEqual(ids(await set("Customer").query(where("Country").in(["Germany", "Ireland"]))), [1, 3, 4]);
});

test("strings are found, doubled and encoded by the user where they are awkward", async () => {
  // The client encodes neither "&", "#", "+" nor "%", and doubles no quotes.
  for (const name of ["O'Neil & Sons + Co.", 'Größe/50% "Übermaß"', "北京 商店"]) {
    const text = encodeURIComponent(name.replaceAll("'", "''"));
    assert.deepEqual((await set("Customer").find({ Name: text })).map((row) => row.Name), [name]);
  }
  // A plus that it leaves as it is means a plus, as blanks are encoded.
  assert.deepEqual(ids(await set("Purchase").query(client.newParam().filter("endswith(Note,'= c + d')"))), [12]);
});

test("rows are found by keys of each type", async () => {
  assert.equal((await set("Customer").retrieve(3)).Name, "O'Neil & Sons + Co.");
  assert.equal((await set("Product").retrieve("O''CAKE")).Title, "Cake of oats");
  assert.equal((await set("Product").retrieve(encodeURIComponent("A/B 50%+1"))).Title, "Odds and ends");
  assert.equal((await set("Sample").retrieve(EdmV4.Guid.from("11111111-2222-3333-4444-555555555555"))).Medium, 2147483647);
  assert.equal((await set("Holiday").retrieve(EdmV4.Date.from(new Date("2024-12-25")))).Name, "Christmas");
  const line = await set("Purchase_x0020_Line").retrieve({ Purchase: 12, Line_x0020_No_x002E_: 1 });
  assert.deepEqual([line.Sku, line.Größe], ["A/B 50%+1", "L"]);
});

test("days, moments and GUIDs are compared", async () => {
  const day = EdmV4.Date.from(new Date("2022-06-15"));
  assert.deepEqual(ids(await set("Customer").query(where("Since").ge(day))), [4, 5]);
  const moment = EdmV4.DateTimeOffset.from(new Date("2024-03-01T02:00:00Z"));
  assert.deepEqual(ids(await set("Reading").query(where("TakenAt").lt(moment))), [1, 2]);
  const guid = EdmV4.Guid.from("01234567-89ab-cdef-0123-456789abcdef");
  assert.deepEqual((await set("Sample").query(where("Other").eq(guid))).map((row) => row.Short), ["twelve chars"]);
});

test("related rows are expanded", async () => {
  const [customer] = await set("Customer").query(client.newParam().filter(where("Id").eq(1)).expand("Purchase"));
  assert.deepEqual(ids(customer.Purchase), [10, 11]);
});

test("words are searched for", async () => {
  assert.deepEqual(ids(await set("Customer").query(client.newParam().search("Trujillo", false))), [2]);
});

test("what is not there is an error with the service's message", async () => {
  await assert.rejects(set("Customer").retrieve(77), /The entity of "Customer" with this key does not exist\./);
});

test("asking for a CSRF token, which there is none of, does no harm", async () => {
  const careful = OData.New4({ serviceEndpoint, processCsrfToken: true });
  assert.equal((await careful.getEntitySet("Customer").retrieve(1)).Id, 1);
});

test("a batch of JSON answers every request", async () => {
  const get = (id) => client.newBatchRequest({ collection: "Customer", method: "GET", id });
  const answers = await client.execBatchRequestsJson([get(1), get(77), get(2)]);
  assert.deepEqual(answers.map((answer) => answer.status), [200, 404, 200]);
  assert.equal((await answers[2].json()).Name, "Ana Trujillo");
});
