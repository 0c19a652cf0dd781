// Pictures of every view, to be looked at: node tests/look.mjs URL#token=… [folder]
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "./browser.mjs";

const [url, folder = mkdtempSync(join(tmpdir(), "board-"))] = process.argv.slice(2);
const SIZES = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const browser = await launch();
for (const colorScheme of ["light", "dark"]) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    const page = await browser.newPage({ colorScheme, viewport });
    page.on("console", (message) => console.log(message.type(), message.text()));
    page.on("pageerror", (error) => console.log("error", error));
    const shoot = (name) => page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`) });
    await page.goto(new URL("/", url).href);
    await shoot("sign-in");
    await page.goto(url);
    await page.locator(".card").first().waitFor();
    await page.locator(".news").nth(4).waitFor();
    await shoot("work");
    await page.locator(".card h3 a").first().click();
    await page.locator(".branch .bar").waitFor();
    await page.locator(".task, .note:not(:empty)").first().waitFor();
    await page.waitForTimeout(3000);
    await shoot("branch");
    await page.locator("nav a", { hasText: "Stream" }).click();
    await page.locator(".list-row").nth(3).waitFor();
    await page.locator(".list-row").nth(2).click();
    await shoot("stream");
    await page.locator("nav a", { hasText: "System" }).click();
    await page.waitForTimeout(6000);
    await page.locator(".facts dd").nth(4).waitFor();
    await shoot("system");
    for (const name of ["Last hour", "Webhooks"]) {
      await page.locator(".pages a", { hasText: name }).click();
      await page
        .locator(".panel")
        .nth(name === "Webhooks" ? 0 : 6)
        .waitFor();
      await page.waitForTimeout(1500);
      await shoot(name.toLowerCase().replace(" ", "-"));
    }
    await page.locator(".pages a", { hasText: "Now" }).click();
    await page.getByRole("button", { name: "Check for drift" }).click();
    await page.locator(".exact, .verdict .refusal").waitFor();
    await page.locator(".database").scrollIntoViewIfNeeded();
    await shoot("database");
    await page.evaluate(() => scrollTo(0, 0));
    // As a reader who looked at something else for a while.
    await page.evaluate(() => {
      Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await page.waitForTimeout(5000);
    await page.evaluate(() => {
      Object.defineProperty(document, "visibilityState", { value: "visible" });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await page.locator(".missed").waitFor();
    await page.locator("nav a", { hasText: "Work" }).click();
    await page.waitForTimeout(500);
    await shoot("missed");
    await page.close();
  }
}
await browser.close();
console.log(folder);
