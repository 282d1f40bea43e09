// A client that odata2ts has generated: that this compiles is half of the test.

import assert from "node:assert/strict";
import test from "node:test";

import { FetchClient } from "@odata2ts/http-client-fetch";

import { ShopService } from "./generated/ShopService";

const shop = new ShopService(new FetchClient(), process.env.DELTALINK_SERVICE!.replace(/\/$/, ""));
const ids = (answer: { data: { value: { Id: number }[] } }) => answer.data.value.map((item) => item.Id);

test("a set is filtered, ordered, selected and counted", async () => {
  const { data } = await shop.Customer().query((query, customer) =>
    query
      .filter(customer.Country.eq("Germany"))
      .orderBy(customer.Name.desc())
      .select("Id", "Name")
      .count(),
  );
  assert.equal(Number(data["@odata.count"]), 2);
  assert.deepEqual(data.value, [
    { Id: 4, Name: 'Größe/50% "Übermaß"' },
    { Id: 1, Name: "Alfreds Futterkiste" },
  ]);
});

test("strings with every awkward character are found", async () => {
  for (const name of ["O'Neil & Sons + Co.", 'Größe/50% "Übermaß"', "北京 商店"]) {
    // odata2ts leaves it to its user to double quotes.
    const found = await shop.Customer().query((query, customer) => query.filter(customer.Name.eq(name.replace(/'/g, "''"))));
    assert.deepEqual(found.data.value.map((item) => item.Name), [name]);
  }
});

test("functions, null, and, or, not", async () => {
  const one = await shop.Customer().query((query, customer) =>
    query.filter(customer.Name.contains("tt").or(customer.Country.eq(null))),
  );
  assert.deepEqual(ids(one), [1, 5]);
  const other = await shop.Customer().query((query, customer) =>
    query.filter(customer.Active.eq(true), customer.CreditLimit.gt(0.1), customer.Name.toLower().startsWith("alf").not()),
  );
  assert.deepEqual(ids(other), [4]);
});

test("days, moments, times and GUIDs are compared", async () => {
  const days = await shop.Customer().query((query, customer) => query.filter(customer.Since.ge("2022-06-15")));
  assert.deepEqual(ids(days), [4, 5]);
  const moments = await shop
    .Purchase()
    .query((query, purchase) => query.filter(purchase.OrderedAt.lt("2024-01-02T09:30:00+01:00").or(purchase.Note.eq("leap"))));
  assert.deepEqual(ids(moments), [10, 13]);
  const samples = await shop
    .Sample()
    .query((query, sample) => query.filter(sample.Other.eq("01234567-89ab-cdef-0123-456789abcdef"), sample.Clock.gt("23:00:00")));
  assert.equal(samples.data.value[0].Short, "twelve chars");
});

test("rows are found by keys of each type", async () => {
  assert.equal((await shop.Customer(3).query()).data.Name, "O'Neil & Sons + Co.");
  // Nor are quotes in keys doubled; everything else in them is encoded.
  assert.equal((await shop.Product("O''CAKE").query()).data.Title, "Cake of oats");
  assert.equal((await shop.Product("A/B 50%+1").query()).data.Title, "Odds and ends");
  assert.equal((await shop.Holiday("2024-12-25").query()).data.Name, "Christmas");
  assert.equal((await shop.Sample("11111111-2222-3333-4444-555555555555").query()).data.Medium, 2147483647);
  const line = await shop.Purchase_x0020_Line({ Purchase: 12, Line_x0020_No_x002E_: 1 }).query();
  assert.deepEqual([line.data.Sku, line.data.Größe, line.data._x0031_st, line.data.class], ["A/B 50%+1", "L", "y", 3]);
});

test("what is not there is an error with the service's message", async () => {
  await assert.rejects(shop.Customer(77).query(), (error: { status?: number; message: string }) => {
    assert.equal(error.status, 404);
    return true;
  });
});

test("related rows are expanded, and the options inside are heeded", async () => {
  const { data } = await shop.Customer(1).query((query) =>
    query.select("Id").expanding("Purchase", (purchases, purchase) =>
      purchases
        .filter(purchase.Note.eq("first"))
        .orderBy(purchase.Id.desc())
        .select("Id", "OrderedAt")
        .expanding("Purchase_x0020_Line", (lines) => lines.expand("Product")),
    ),
  );
  const [purchase, ...rest] = data.Purchase!;
  assert.deepEqual([purchase.Id, rest], [10, []]);
  assert.deepEqual(purchase.Purchase_x0020_Line!.map((line) => line.Product!.Title), ["Tea", "Coffee"]);
});

test("related rows are navigated to", async () => {
  assert.deepEqual(ids(await shop.Customer(1).Purchase().query()), [10, 11]);
  assert.equal((await shop.Purchase(12).Customer().query()).data.Name, "Ana Trujillo");
  assert.equal((await shop.Employee(4).ReportsTo_Employee().query()).data.Name, "Bob");
  assert.deepEqual(ids(await shop.Employee(1).Employee_by_ReportsTo().query()), [2, 3]);
});

test("rows are chosen by what is related to them", async () => {
  const found = await shop
    .Customer()
    .query((query, customer) => query.filter(customer.Purchase.any((purchase) => purchase.Note.contains("&"))));
  assert.deepEqual(ids(found), [2]);
  const ordered = await shop
    .Purchase()
    .query((query, purchase) => query.filter(purchase.Customer.props.Country.eq("Germany")).top(1).skip(1));
  assert.deepEqual(ids(ordered), [11]);
});

test("pages are followed by their links to the end", async () => {
  const seen: number[] = [];
  let { data } = await shop.Reading().query((query) => query.select("Id"));
  for (;;) {
    seen.push(...data.value.map((item) => item.Id!));
    const link = (data as { "@odata.nextLink"?: string })["@odata.nextLink"];
    if (!link) break;
    data = await (await fetch(link)).json();
  }
  assert.deepEqual(seen, Array.from({ length: 250 }, (_, at) => at + 1));
});

test("words are searched for", async () => {
  const found = await shop.Customer().query((query) => query.search("Trujillo"));
  assert.deepEqual(ids(found), [2]);
});
