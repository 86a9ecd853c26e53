/* Who has access now: a person who has it by a group is blocked on one server and let in again; rules that end are extended. */
import { type Browser } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { Console, type Person } from "../support/console.ts";
import { McpClient } from "../support/mcp.ts";
import { expect, test, world } from "../support/test.ts";

const here = world("demo");

async function open(browser: Browser, who: "admin" | "employee", javaScriptEnabled = true): Promise<Console> {
  const { drawbridge, watch } = here();
  const accounts = await drawbridge.demoAccounts();
  const person: Person = { name: "", email: accounts[who], password: accounts.password };
  const console = await Console.open(browser, drawbridge, watch, { javaScriptEnabled });
  await console.signIn(person);
  return console;
}

for (const scripts of [true, false]) {
  const how = scripts ? "with scripts" : "without scripts";

  test(`a person who has access by a group is blocked on a server, ${how}`, async ({ browser }) => {
    const alex = await open(browser, "employee");
    const key = await alex.createKey(`Blocked ${how}`);
    await alex.context.close();
    const url = `${here().drawbridge.url}/mcp/issues`;
    const client = await McpClient.connect(url, key);
    expect(await client.call("echo", { message: "before" })).toBe("before");

    const admin = await open(browser, "admin", scripts);
    await admin.goto("/users?search=alex@");
    await admin.link(/^Alex Moreau/).click();
    await expect(admin.title).toHaveText("Alex Moreau");
    const access = admin.card("Access now");
    const row = access.getByRole("row").filter({ hasText: "Issue tracker" });
    await expect(row).toContainText(/\d+ of \d+/);
    await expect(admin.link("Rule for group Engineering", row)).toHaveAttribute("href", /^\/policies\/rul_/);
    // Axe itself is a script.
    if (scripts) await expectAccessible(admin.page, `access of a person ${how}`);
    await admin.button("Block on this server", row).click();
    await admin.notices("Blocked.");
    await expect(row).toContainText("Denied");
    await expect(row).toContainText("Rule for this person");
    await expect(client.call("echo", { message: "after" })).rejects.toThrow();
    await expect(McpClient.connect(url, key)).rejects.toThrow();

    // A slip is undone where it was noticed, and leaves no rule behind.
    await admin.button("Undo").click();
    await admin.notices("It is as before");
    await expect(admin.button("Undo")).toHaveCount(0);
    await expect(row).toContainText("Rule for group Engineering");
    await expect(row).not.toContainText("Rule for this person");
    const undone = await McpClient.connect(url, key);
    expect(await undone.call("echo", { message: "undone" })).toBe("undone");
    await undone.close();

    await admin.button("Block on this server", row).click();
    await admin.notices("Blocked.");
    await expect(row).toContainText("Denied");
    await expect(McpClient.connect(url, key)).rejects.toThrow();

    // The others of the group go on.
    const group = row.getByRole("link", { name: "Issue tracker" });
    await group.first().click();
    const audience = admin.card("Who has access now");
    await expect(audience.getByRole("row").filter({ hasText: "Mira Okafor" })).toContainText("Engineering");
    await expect(audience.getByRole("row").filter({ hasText: "Alex Moreau" })).toHaveCount(0);

    await admin.goto("/users?search=alex@");
    await admin.link(/^Alex Moreau/).click();
    await admin.button("Unblock", row).click();
    await admin.notices("It is as before");
    await expect(row).toContainText("Rule for group Engineering");
    const again = await McpClient.connect(url, key);
    expect(await again.call("echo", { message: "again" })).toBe("again");
    await again.close();
    await client.close();
    await admin.context.close();
  });

  test(`a group is blocked on a server, ${how}`, async ({ browser }) => {
    const admin = await open(browser, "admin", scripts);
    await admin.goto("/groups");
    await admin.link(/^Engineering/).first().click();
    const row = admin.card("Access now").getByRole("row").filter({ hasText: "Issue tracker" });
    await admin.button("Block on this server", row).click();
    await admin.notices("Blocked.");
    await expect(row).toContainText("Denied");
    await admin.button("Undo").click();
    await admin.notices("It is as before");
    await expect(row).toContainText(/\d+ of \d+/);
    await admin.button("Block on this server", row).click();
    await expect(row).toContainText("Denied");
    await admin.button("Unblock", row).click();
    await expect(row).toContainText(/\d+ of \d+/);
    await admin.context.close();
  });

  test(`a rule that ends is extended by one click, ${how}`, async ({ browser }) => {
    const admin = await open(browser, "admin", scripts);
    await admin.goto("/policies?search=AI pilot");
    await admin.link(/^AI pilot/).first().click();
    const end = admin.page.locator("time[title]").filter({ hasText: /until|in / }).first();
    const before = await end.getAttribute("datetime");
    await admin.button("Extend by 30 days").click();
    await admin.notices("The rule is saved");
    await expect(end).not.toHaveAttribute("datetime", before ?? "");
    await admin.context.close();
  });
}
