/*
 * How a few pages look, against pictures that somebody has reviewed (`looks/`): enough of them that a token, a layout or a
 * component that changed by accident is seen. After a change on purpose `./x e2e looks --update-snapshots` takes them again;
 * look at every picture of the difference before it is committed.
 */
import { Console } from "../support/console.ts";
import { signedIn } from "../support/every-page.ts";
import { expectTheLook } from "../support/look.ts";
import { addressOf, realAddresses } from "../support/routes.ts";
import { test, world } from "../support/test.ts";

const here = world("demo");

test("signing in", async ({ browser }) => {
  const visitor = await Console.open(browser, here().drawbridge, here().watch);
  await look(visitor, "/login", "sign-in");
  await visitor.context.close();
});

test("pages of an administrator", async ({ browser }) => {
  test.setTimeout(180_000);
  const admin = await signedIn(browser, here(), "admin");
  const employee = await signedIn(browser, here(), "employee");
  const addresses = await realAddresses({ admin: admin.context.request, employee: employee.context.request });
  await employee.context.close();
  for (const [name, path] of [
    ["gallery", "/dev/gallery"],
    ["catalog", "/catalog"],
    ["request", "/requests/new"],
    ["review", "{review}"],
    ["groups", "/groups"],
    ["permissions", "{server}?tab=permissions"],
  ] as const) {
    await look(admin, addressOf(path, addresses), name);
  }
  await admin.context.close();
});

/** Compares a page with its pictures. What differs from day to day is covered. */
async function look(console: Console, path: string, name: string): Promise<void> {
  const { page } = console;
  await console.goto(path);
  // A font that came too late for this page is there for the next.
  await page.evaluate(() => document.fonts.ready);
  await console.reload();
  await expectTheLook(page, name, [page.locator("time"), page.locator("db-chart")]);
}
