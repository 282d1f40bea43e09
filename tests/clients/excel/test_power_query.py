"""What Power Query (Excel, Power BI) sends, with its own headers, and what it needs of the answers.

The headers were captured from Excel; the order of the requests is that of Microsoft's documentation of `OData.Feed`. Power Query
breaks on two `OData-Version` headers, on Atom, on answers without a content type, and on links that it cannot follow as they are.
"""

import gzip
import http.client
import json
import sys
import unittest
import urllib.parse
import xml.etree.ElementTree as ElementTree

SERVICE = sys.argv.pop()
HEADERS = [
    ("User-Agent", "Microsoft.Data.Mashup (https://go.microsoft.com/fwlink/?LinkID=304225)"),
    ("MaxDataServiceVersion", "3.0"),
    ("OData-MaxVersion", "4.0"),
    ("Accept-Encoding", "gzip, deflate"),
    (
        "Accept",
        "application/json;odata.metadata=minimal;q=1.0,application/json;odata=minimalmetadata;q=0.9,"
        "application/atomsvc+xml;q=0.8,application/atom+xml;q=0.8,application/xml;q=0.7,text/plain;q=0.7",
    ),
]
JSON = "application/json;odata.metadata=minimal"
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"


def ask(url, headers=()):
    """Sends exactly these headers, to an absolute URL; nothing is encoded on the way."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    path = parts.path + ("?" + parts.query if parts.query else "")
    connection.putrequest("GET", path, skip_accept_encoding=True)
    for name, value in [*HEADERS, *headers]:
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.getheader("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return answer, body


class PowerQuery(unittest.TestCase):
    def succeed(self, path, content_type):
        answer, body = ask(urllib.parse.urljoin(SERVICE, path))
        self.assertEqual(answer.status, 200, body)
        versions = [value for name, value in answer.getheaders() if name.lower() == "odata-version"]
        self.assertEqual(versions, ["4.0"])
        self.assertEqual(answer.getheader("Content-Type"), content_type)
        return body

    def read(self, path):
        return json.loads(self.succeed(path, JSON))

    def all_pages(self, path):
        """Rows and number of pages, by the links exactly as they are."""
        rows, pages, link = [], 0, urllib.parse.urljoin(SERVICE, path)
        while link:
            page = self.read(link)
            rows += page["value"]
            pages += 1
            link = page.get("@odata.nextLink")
            if link:
                self.assertTrue(link.startswith(SERVICE), link)
            self.assertNotIn("@odata.deltaLink", page)
        return rows, pages

    def test_the_root_with_and_without_its_slash_lists_the_sets(self):
        for root in [SERVICE, SERVICE.rstrip("/")]:
            document = self.read(root)
            self.assertEqual(document["@odata.context"], SERVICE + "$metadata")
            self.assertIn("Purchase_x0020_Line", [item["name"] for item in document["value"]])

    def test_metadata_is_xml_although_json_is_preferred(self):
        root = ElementTree.fromstring(self.succeed("$metadata", "application/xml"))
        self.assertEqual(root.get("Version"), "4.0")
        self.assertEqual(len(root.findall(f".//{EDM}EntitySet")), 8)

    def test_the_preview_is_a_thousand_rows_at_most(self):
        rows, pages = self.all_pages("Reading?$top=1000")
        self.assertEqual(([row["Id"] for row in rows], pages), (list(range(1, 251)), 3))
        rows, pages = self.all_pages("Reading?%24top=120")
        self.assertEqual((len(rows), pages), (120, 2))

    def test_a_set_is_read_to_its_end_by_its_links(self):
        rows, pages = self.all_pages("Reading")
        self.assertEqual((len(rows), pages), (250, 3))

    def test_folded_filters_and_columns(self):
        path = "Customer?$filter=ContactTitle%20eq%20%27Sales%20Representative%27&$select=Id%2CCountry"
        self.assertEqual(self.read(path)["value"], [{"Id": 1, "Country": "Germany"}, {"Id": 3, "Country": "Ireland"}])

    def test_a_folded_filter_is_kept_by_the_links(self):
        rows, pages = self.all_pages("Reading?$filter=Celsius%20ge%2012&$select=Id%2CCelsius&$orderby=Celsius%20desc")
        self.assertEqual((len(rows), pages), (206, 3))
        self.assertTrue(all(a["Celsius"] >= b["Celsius"] for a, b in zip(rows, rows[1:])))

    def test_counts_are_plain_text(self):
        self.assertEqual(self.succeed("Reading/$count", "text/plain"), b"250")
        self.assertEqual(self.succeed("Reading/$count?$filter=Celsius%20ge%2012", "text/plain"), b"206")

    def test_ranges_of_rows_skip(self):
        ids = [row["Id"] for row in self.read("Reading?$skip=240&$top=1000")["value"]]
        self.assertEqual(ids, list(range(241, 251)))

    def test_incremental_refresh_asks_for_a_half_open_range(self):
        # RangeStart and RangeEnd, folded. Day by day, every row once.
        days = [f"2024-03-{day:02}T00:00:00Z" for day in range(1, 13)]
        seen = []
        for start, end in zip(days, days[1:]):
            where = f"TakenAt%20ge%20{start}%20and%20TakenAt%20lt%20{end}"
            seen += [row["Id"] for row in self.all_pages(f"Reading?$filter={where}")[0]]
        self.assertEqual(seen, list(range(1, 251)))
        # With an offset, whose colon and plus are encoded.
        where = "TakenAt%20ge%202024-03-02T01%3A00%3A00%2B01%3A00%20and%20TakenAt%20lt%202024-03-02T02%3A00%3A00%2B01%3A00"
        self.assertEqual([row["Id"] for row in self.read(f"Reading?$filter={where}")["value"]], [25])

    def test_a_related_table_is_expanded(self):
        customer = self.read("Customer?$filter=Id%20eq%201&$expand=Purchase&$select=Id%2CPurchase")["value"][0]
        self.assertEqual([purchase["Id"] for purchase in customer["Purchase"]], [10, 11])

    def test_a_related_row_is_navigated_to(self):
        self.assertEqual(self.read("Purchase(12)/Customer")["Name"], "Ana Trujillo")

    def test_annotations_and_omitted_nulls_may_be_asked_for(self):
        # The options IncludeAnnotations and OmitValues. Null may be left out only if the answer says so.
        answer, body = ask(
            urllib.parse.urljoin(SERVICE, "Customer?$filter=Id%20eq%205"),
            [("Prefer", 'odata.include-annotations="*",omit-values=nulls')],
        )
        self.assertEqual(answer.status, 200, body)
        if "omit-values" not in (answer.getheader("Preference-Applied") or ""):
            self.assertIsNone(json.loads(body)["value"][0]["Country"])

    def test_an_empty_bearer_token_is_no_obstacle(self):
        answer, _ = ask(SERVICE, [("Authorization", "Bearer")])
        self.assertIn(answer.status, [200, 401])


if __name__ == "__main__":
    unittest.main()
