"""From a draft to the parts of an event. Pure: drafts in, values with their flags out."""
