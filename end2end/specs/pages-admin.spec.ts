/* Every page as an administrator sees it. */
import { everyPageAs } from "../support/every-page.ts";
import { PUBLIC, routeTable, VISITS } from "../support/routes.ts";
import { expect, test } from "../support/test.ts";

everyPageAs("admin");

test("every route is visited", () => {
  const visited = new Set([...VISITS, ...PUBLIC].map((visit) => visit.route));
  expect(routeTable().filter((route) => !visited.has(route))).toEqual([]);
});
