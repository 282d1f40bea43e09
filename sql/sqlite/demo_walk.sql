-- What the demonstration's walk changes, in one line of a shell: no quotes of either kind.
UPDATE TrainingSession SET Steps = 3450 WHERE Id = 10; INSERT INTO TrainingSession (RecordedOn, Type, Steps, Distance) SELECT RecordedOn, Type, 5120, 6010 FROM TrainingSession WHERE Id = 9; DELETE FROM TrainingSession WHERE Id = 1
