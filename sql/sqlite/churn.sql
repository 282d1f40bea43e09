-- Changes that the demonstration makes in turn, separated by blank lines: each finds its row at random.
UPDATE TrainingSession SET Steps = Steps + abs(random() % 100) WHERE Id = (SELECT Id FROM TrainingSession ORDER BY random() LIMIT 1);

UPDATE "Order" SET Paid = NOT Paid WHERE OrderId = (SELECT OrderId FROM "Order" ORDER BY random() LIMIT 1);

INSERT INTO TrainingSession (RecordedOn, Type, Steps, Distance)
VALUES (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), CASE abs(random() % 3) WHEN 0 THEN 'Walk' WHEN 1 THEN 'Run' ELSE 'Bike' END, abs(random() % 5000), abs(random() % 9000));

UPDATE OrderLine SET Quantity = 1 + abs(random() % 9) WHERE (OrderId, Line) = (SELECT OrderId, Line FROM OrderLine ORDER BY random() LIMIT 1);

DELETE FROM TrainingSession WHERE (SELECT count(*) FROM TrainingSession) > 10 AND Id = (SELECT Id FROM TrainingSession ORDER BY random() LIMIT 1);

UPDATE Customer SET Country = substr('DEFRITESNL', 1 + abs(random() % 5) * 2, 2) WHERE Id = (SELECT Id FROM Customer ORDER BY random() LIMIT 1);

UPDATE "Visitors' ""Book"" <b>" SET "😀 & more" = '<b>' || abs(random() % 1000) || '</b> "quoted"' WHERE "№" = 1 + abs(random() % 5);
