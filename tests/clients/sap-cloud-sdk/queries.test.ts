// A client that SAP's generator has made: that this compiles is half of the test.

import assert from "node:assert/strict";
import test from "node:test";

import { and, any, asc, desc, filterFunction, not, or } from "@sap-cloud-sdk/odata-v4";
import { setGlobalLogLevel } from "@sap-cloud-sdk/util";
import BigNumber from "bignumber.js";
import moment from "moment";

import { batch, shop } from "./generated/shop";

setGlobalLogLevel("error");
const destination = { url: new URL(process.env.DELTALINK_SERVICE!).origin };
const { customerApi, purchaseApi, productApi, sampleApi, holidayApi, employeeApi, readingApi, purchase_X0020_LineApi } = shop();
const number = (value: number) => new BigNumber(value);
const ids = (rows: { id: BigNumber }[]) => rows.map((row) => row.id.toNumber());

test("a set is filtered, ordered, selected and counted", async () => {
  const { schema } = customerApi;
  const german = customerApi.requestBuilder().getAll().filter(schema.COUNTRY.equals("Germany"));
  const rows = await german.orderBy(desc(schema.NAME)).select(schema.ID, schema.NAME).execute(destination);
  assert.deepEqual(rows.map((row) => row.name), ['Größe/50% "Übermaß"', "Alfreds Futterkiste"]);
  assert.equal(await customerApi.requestBuilder().getAll().count().execute(destination), 5);
  const some = await readingApi.requestBuilder().getAll().skip(240).top(1000).execute(destination);
  assert.deepEqual([some.length, some[0].id.toNumber()], [10, 241]);
});

test("strings with every awkward character are found", async () => {
  for (const name of ["O'Neil & Sons + Co.", 'Größe/50% "Übermaß"', "北京 商店"]) {
    const rows = await customerApi.requestBuilder().getAll().filter(customerApi.schema.NAME.equals(name)).execute(destination);
    assert.deepEqual(rows.map((row) => row.name), [name]);
  }
});

test("decimals are compared", async () => {
  const { schema } = customerApi;
  const rows = await customerApi.requestBuilder().getAll().filter(schema.CREDIT_LIMIT.greaterThan(number(1200))).orderBy(asc(schema.ID)).execute(destination);
  assert.deepEqual(rows.map((row) => row.creditLimit!.toString()), ["1200.5", "99999.99"]);
});

test("functions, and, or, not", async () => {
  const { schema } = customerApi;
  const contains = filterFunction("contains", "boolean", schema.NAME, "tt").equals(true);
  // Null is left out: the SDK writes it as the text 'null'.
  const german = and(schema.COUNTRY.equals("Germany"), not(schema.ACTIVE.equals(false)));
  const rows = await customerApi.requestBuilder().getAll().filter(or(contains, german)).execute(destination);
  assert.deepEqual(ids(rows), [1, 4]);
});

test("days, moments, times and GUIDs are compared", async () => {
  const days = await customerApi.requestBuilder().getAll().filter(customerApi.schema.SINCE.greaterOrEqual(moment("2022-06-15"))).execute(destination);
  assert.deepEqual(ids(days), [4, 5]);
  const since = purchaseApi.schema.ORDERED_AT.greaterOrEqual(moment("2024-02-01T01:00:00+01:00"));
  assert.deepEqual(ids(await purchaseApi.requestBuilder().getAll().filter(since).execute(destination)), [12, 13]);
  const { schema } = sampleApi;
  const samples = await sampleApi
    .requestBuilder()
    .getAll()
    .filter(and(schema.OTHER.equals("01234567-89ab-cdef-0123-456789abcdef"), schema.CLOCK.greaterThan({ hours: 23, minutes: 0, seconds: 0 })))
    .execute(destination);
  assert.deepEqual(samples.map((row) => [row.short, row.medium, row.clock!.seconds]), [["twelve chars", 2147483647, 59.5]]);
});

test("rows are found by keys of each type", async () => {
  assert.equal((await customerApi.requestBuilder().getByKey(number(3)).execute(destination)).country, "Ireland");
  assert.equal((await productApi.requestBuilder().getByKey("O'CAKE").execute(destination)).title, "Cake of oats");
  assert.equal((await productApi.requestBuilder().getByKey("A/B 50%+1").execute(destination)).title, "Odds and ends");
  assert.equal((await holidayApi.requestBuilder().getByKey(moment("2024-12-25")).execute(destination)).name, "Christmas");
  assert.equal((await sampleApi.requestBuilder().getByKey("11111111-2222-3333-4444-555555555555").execute(destination)).small, -32768);
  const line = await purchase_X0020_LineApi.requestBuilder().getByKey(number(12), number(1)).execute(destination);
  assert.deepEqual([line.sku, line.größe, line.x0031St, line.class.toNumber()], ["A/B 50%+1", "L", "y", 3]);
});

test("what is not there is an error with the service's status", async () => {
  await assert.rejects(customerApi.requestBuilder().getByKey(number(77)).execute(destination), (error: any) => {
    assert.equal(error.rootCause.response.status, 404);
    return true;
  });
});

test("related rows are expanded, and the options inside are heeded", async () => {
  const { schema } = customerApi;
  const [customer] = await customerApi
    .requestBuilder()
    .getAll()
    .filter(schema.ID.equals(number(1)))
    .expand(
      schema.PURCHASE.select(purchaseApi.schema.ID)
        .filter(purchaseApi.schema.NOTE.equals("first"))
        .orderBy(desc(purchaseApi.schema.ID))
        .expand(purchaseApi.schema.PURCHASE_X_0020_LINE),
    )
    .execute(destination);
  assert.deepEqual(ids(customer.purchase), [10]);
  assert.deepEqual(customer.purchase[0].purchaseX0020Line.map((line) => line.sku), ["TEA", "COFFEE"]);
  const dan = await employeeApi.requestBuilder().getByKey(number(4)).expand(employeeApi.schema.REPORTS_TO_EMPLOYEE).execute(destination);
  assert.equal(dan.reportsToEmployee!.name, "Bob");
});

test("rows are chosen by what is related to them", async () => {
  const { schema } = customerApi;
  const noted = filterFunction("contains", "boolean", purchaseApi.schema.NOTE, "&").equals(true);
  const rows = await customerApi.requestBuilder().getAll().filter(schema.PURCHASE.filter(any(noted))).execute(destination);
  assert.deepEqual(ids(rows), [2]);
});

test("pages are followed by their links to the end", async () => {
  // The SDK gives rows of one page only; its links are in the raw answer.
  const seen: number[] = [];
  let answer = (await readingApi.requestBuilder().getAll().executeRaw(destination)).data;
  for (;;) {
    seen.push(...answer.value.map((row: { Id: number }) => row.Id));
    if (!answer["@odata.nextLink"]) break;
    answer = await (await fetch(answer["@odata.nextLink"])).json();
  }
  assert.deepEqual(seen, Array.from({ length: 250 }, (_, at) => at + 1));
});

test("words are searched for", async () => {
  const searching = customerApi.requestBuilder().getAll().addCustomQueryParameters({ $search: encodeURIComponent("Trujillo OR Alfreds") });
  assert.deepEqual(ids(await searching.execute(destination)), [1, 2]);
});

test("a batch in parts answers every request", async () => {
  const answers = await batch(
    customerApi.requestBuilder().getByKey(number(1)),
    customerApi.requestBuilder().getAll().filter(customerApi.schema.COUNTRY.equals("Germany")),
  ).execute(destination);
  const [one, many] = answers.map((answer) => {
    assert.ok(answer.isReadResponse());
    return ids(answer.as(customerApi));
  });
  assert.deepEqual([one, many], [[1], [1, 4]]);
});
