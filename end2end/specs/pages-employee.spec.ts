/* Every page as an employee sees it, and as somebody who is not signed in. */
import { Console } from "../support/console.ts";
import { everyPageAs } from "../support/every-page.ts";
import { expectGoodLooks } from "../support/look.ts";
import { addressOf, PUBLIC, VISITS } from "../support/routes.ts";
import { expect, test } from "../support/test.ts";

const tour = everyPageAs("employee");

for (const { route, path, status } of PUBLIC) {
  test(`visitor: ${route}`, async ({ browser }) => {
    const { world } = tour();
    if (status !== 200) world.watch.expectStatus(status);
    const visitor = await Console.open(browser, world.drawbridge, world.watch);
    expect(await visitor.goto(path)).toBe(status);
    await expect(visitor.title).toHaveCount(1);
    await expectGoodLooks(visitor.page, `visitor-${route.slice(1)}`);
    await visitor.context.close();
  });
}

test("visitors are led to sign-in from everywhere else, and back", async ({ playwright }) => {
  const { world, addresses } = tour();
  const visitor = await playwright.request.newContext({ baseURL: world.drawbridge.url });
  for (const visit of VISITS) {
    const path = addressOf(visit.path, addresses);
    const answer = await visitor.get(path, { maxRedirects: 0 });
    expect(answer.status(), path).toBe(303);
    const target = new URL(answer.headers()["location"] ?? "", world.drawbridge.url);
    expect([target.pathname, target.searchParams.get("next")], path).toEqual(["/login", path === "/" ? null : path]);
  }
  await visitor.dispose();
});
