// Chromium from the distribution, driven without a download: BOARD_CHROMIUM names another one.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export function launch() {
  const executablePath = process.env.BOARD_CHROMIUM ?? PLACES.find((path) => existsSync(path));
  if (!executablePath) throw new Error("no Chromium: install your distribution's, or set BOARD_CHROMIUM");
  // A page that a test makes up is a public one to the browser, which may not ask this machine by itself.
  const args = [
    "--no-sandbox",
    "--disable-features=LocalNetworkAccessChecks",
    "--enable-precise-memory-info",
  ];
  return chromium.launch({ executablePath, args });
}
