// Manual entry: the form is the browser's own; this chooses a category and a place.

import { kinds } from "./kinds.js";
import { places } from "./places.js";

kinds(document.querySelector("[data-kinds]"));
places(document.querySelector("[data-place]"));
