// Loaded before time is faked: from then on they are there at once.
import "../../src/browser.js";
import "../../src/rest.js";
