/*
 * Every page of a demonstration as one of its people sees it: the right status, nothing in the console, no violation
 * found by axe in light and dark, nothing that scrolls sideways on a phone.
 */
import type { Browser } from "@playwright/test";
import { Console } from "./console.ts";
import { expectGoodLooks } from "./look.ts";
import { addressOf, realAddresses, VISITS, type Visit } from "./routes.ts";
import { expect, test, type World, world } from "./test.ts";

/** Who can sign in to a demonstration. */
export type Role = "admin" | "employee";

/** What the tests of a file have. */
export interface Tour {
  readonly world: World;
  readonly console: Console;
  /** Real addresses for the `{…}` in paths. */
  readonly addresses: ReadonlyMap<string, string>;
}

/** Makes one test for each visit, as this person; returns what they have while they run. */
export function everyPageAs(role: Role): () => Tour {
  const here = world("demo");
  let tour: Tour | undefined;
  const current = (): Tour => {
    if (!tour) throw new Error("the tour begins with the first test; do not ask for it earlier");
    return tour;
  };
  test.beforeAll(async ({ browser }) => {
    const admin = await signedIn(browser, here(), "admin");
    const employee = await signedIn(browser, here(), "employee");
    const addresses = await realAddresses({ admin: admin.context.request, employee: employee.context.request });
    const [console, other] = role === "admin" ? [admin, employee] : [employee, admin];
    await other.context.close();
    tour = { world: here(), console, addresses };
  });
  test.afterAll(async () => {
    await tour?.console.context.close();
  });
  for (const visit of VISITS) {
    test(`${role}: ${nameOf(visit)}`, async () => {
      await look(current(), visit, visit[role] ?? 200, role);
    });
  }
  return current;
}

/** A window of one of the people of a demonstration. */
export async function signedIn(browser: Browser, { drawbridge, watch }: World, role: Role): Promise<Console> {
  const accounts = await drawbridge.demoAccounts();
  const console = await Console.open(browser, drawbridge, watch);
  await console.signIn({ name: role, email: accounts[role], password: accounts.password });
  return console;
}

/** The name of a visit, for reports and pictures. */
const nameOf = ({ route, what }: Visit): string =>
  [route.replaceAll(/[/:]+/g, "-").replace(/^-/, "") || "home", what].filter(Boolean).join(" ").replaceAll(" ", "-");

async function look({ world, console, addresses }: Tour, visit: Visit, status: number, role: Role): Promise<void> {
  if (status !== 200) world.watch.expectStatus(status);
  const path = addressOf(visit.path, addresses);
  expect(await console.goto(path), path).toBe(status);
  await expect(console.title).toHaveCount(1);
  await expect(console.page).toHaveTitle(/ · Drawbridge$/);
  // Whatever tab or dialog was asked for, a refusal looks the same.
  if (status === 200 || visit.what === "") await expectGoodLooks(console.page, `${role}-${nameOf(visit)}`);
}
