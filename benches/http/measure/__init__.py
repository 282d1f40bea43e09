"""Programs and a folder -> measurements, one file for each thing that is promised."""
