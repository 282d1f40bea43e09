"""python-odata makes classes from `$metadata` and asks with them; `requests` is what most programs in Python use instead."""

import datetime
import sys
import unittest
import uuid

import requests
from odata import ODataService
from odata.exceptions import ODataError

SERVICE = sys.argv.pop()


class PythonOData(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = ODataService(SERVICE, reflect_entities=True, quiet_progress=True)

    def set(self, name):
        entity = self.service.entities[name]
        return entity, self.service.query(entity)

    def test_a_class_is_made_for_every_set(self):
        sets = [item["name"] for item in requests.get(SERVICE, timeout=20).json()["value"]]
        self.assertEqual(sorted(self.service.entities), sorted(sets))

    def test_filters_order_and_limits(self):
        customer, query = self.set("Customer")
        found = query.filter(customer.Country == "Germany").order_by(customer.Name.desc())
        self.assertEqual([row.Id for row in found], [4, 1])
        found = query.filter(customer.Name.contains("tt") | customer.Country.startswith("Mex"))
        self.assertEqual([row.Id for row in found], [1, 2])
        self.assertEqual(query.select(customer.Id).offset(1).limit(2).all(), [{"Id": 2}, {"Id": 3}])
        self.assertEqual(self.set("Reading")[1].count(), 250)

    def test_strings_with_every_awkward_character_are_found(self):
        customer, query = self.set("Customer")
        for name in ["O'Neil & Sons + Co.", 'Größe/50% "Übermaß"', "北京 商店"]:
            self.assertEqual([row.Name for row in query.filter(customer.Name == name)], [name])

    def test_rows_are_found_by_keys(self):
        self.assertEqual(self.set("Customer")[1].get(3).Country, "Ireland")
        self.assertEqual(self.set("Product")[1].get("O'CAKE").Title, "Cake of oats")
        self.assertEqual(self.set("Product")[1].get("A/B 50%+1").Title, "Odds and ends")
        key = uuid.UUID("11111111-2222-3333-4444-555555555555")
        self.assertEqual(self.set("Sample")[1].get(key).Short, "twelve chars")

    def test_days_are_texts_and_moments_are_moments(self):
        # The client knows no days: it compares them as texts, in quotes.
        customer, query = self.set("Customer")
        self.assertEqual([row.Id for row in query.filter(customer.Since >= "2022-06-15")], [4, 5])
        purchase, query = self.set("Purchase")
        moment = datetime.datetime(2024, 2, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
        found = query.filter(purchase.OrderedAt >= moment).all()
        self.assertEqual([row.Id for row in found], [12, 13])
        self.assertEqual(found[0].OrderedAt, datetime.datetime(2024, 2, 1, tzinfo=datetime.timezone.utc))

    def test_related_rows_are_expanded_and_fetched_when_they_are_touched(self):
        customer, query = self.set("Customer")
        (found,) = query.expand(customer.Purchase).filter(customer.Id == 1)
        self.assertEqual([row.Id for row in found.Purchase], [10, 11])
        self.assertEqual([row.Id for row in query.get(1).Purchase], [10, 11])
        self.assertEqual(self.set("Purchase")[1].get(12).Customer.Name, "Ana Trujillo")

    def test_rows_are_chosen_by_what_is_related_to_them(self):
        purchase, query = self.set("Purchase")
        self.assertEqual([row.Id for row in query.filter(purchase.Customer.Country == "Germany")], [10, 11])

    def test_awkward_names_are_attributes(self):
        _, query = self.set("Purchase_x0020_Line")
        self.assertEqual([row.Größe for row in query], ["S", "M", None, "L", "XL"])

    def test_pages_are_followed_to_the_end(self):
        self.assertEqual([row.Id for row in self.set("Reading")[1]], list(range(1, 251)))

    def test_what_is_wrong_is_said(self):
        customer, query = self.set("Customer")
        with self.assertRaises(ODataError) as raised:
            query.filter("Nothing eq 1").all()
        self.assertIn('"Nothing"', str(raised.exception))


class Requests(unittest.TestCase):
    def rows(self, name, **options):
        """`requests` encodes as forms are: blanks become plus signs."""
        answer = requests.get(SERVICE + name, params={f"${key}": value for key, value in options.items()}, timeout=20)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertIn("+", answer.request.url)
        return answer.json()["value"]

    def test_parameters_are_understood(self):
        rows = self.rows("Customer", filter="Country eq 'Germany'", orderby="Name desc", select="Id")
        self.assertEqual(rows, [{"Id": 4}, {"Id": 1}])
        rows = self.rows("Customer", filter="Name eq 'O''Neil & Sons + Co.'")
        self.assertEqual([row["Id"] for row in rows], [3])
        rows = self.rows("Customer", filter="Id eq 1", expand="Purchase($select=Id;$orderby=Id desc)")
        self.assertEqual(rows[0]["Purchase"], [{"Id": 11}, {"Id": 10}])

    def test_delta_links_are_followed(self):
        page = requests.get(SERVICE + "Reading", headers={"Prefer": "odata.track-changes"}, timeout=20).json()
        rows = page["value"]
        while "@odata.nextLink" in page:
            page = requests.get(page["@odata.nextLink"], timeout=20).json()
            rows += page["value"]
        self.assertEqual(len(rows), 250)
        changes = requests.get(page["@odata.deltaLink"], timeout=20).json()
        self.assertEqual(changes["value"], [])
        self.assertTrue(changes["@odata.deltaLink"].startswith(SERVICE))


if __name__ == "__main__":
    unittest.main()
