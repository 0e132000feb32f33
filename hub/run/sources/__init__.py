"""From a source to an event and back: doors, intake, files, answers to held records."""
