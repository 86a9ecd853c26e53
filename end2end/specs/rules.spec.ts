/* Rules with conditions: begun from a template, looked at before they are saved, changed, and explained. */
import { type Browser, type Locator } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { Console } from "../support/console.ts";
import { expect, test, world } from "../support/test.ts";

const here = world("demo");
let admin: Console;

const MIRA = "mira@demo.example";

async function open(browser: Browser, javaScriptEnabled: boolean): Promise<Console> {
  const { drawbridge, watch } = here();
  const accounts = await drawbridge.demoAccounts();
  const console = await Console.open(browser, drawbridge, watch, { javaScriptEnabled });
  await console.signIn({ name: "", email: accounts.admin, password: accounts.password });
  return console;
}

/** The boxes of those whom a rule is about. */
const who = (within: Locator): Locator => within.getByRole("group", { name: "Who" });

/** Opens the Permissions tab of a server, and the dialog of a new rule in it. */
async function newRule(server: string): Promise<Locator> {
  await admin.goto("/servers?status=active");
  await admin.link(new RegExp(server), admin.row(server)).first().click();
  await admin.link(/^Permissions/).click();
  await admin.link("Add a rule").click();
  return admin.dialog("Add a rule");
}

for (const scripts of [true, false]) {
  const how = scripts ? "with scripts" : "without scripts";

  test.describe(how, () => {
    test.beforeEach(async ({ browser }) => {
      admin = await open(browser, scripts);
    });

    test.afterEach(async () => {
      await admin?.context.close();
    });

    test("a rule of a template is looked at, saved, changed, and keeps its history", async () => {
      const notes = `Not these </textarea><b>tables</b>, ${how}`;
      let dialog = await newRule("Data warehouse");
      await admin.link("Table-level restriction", dialog).click();
      dialog = admin.dialog("Add a rule");
      await expect(admin.field("Conditions", dialog)).toHaveValue(/payload\.table in salaries, payroll/);
      await expect(who(dialog).getByRole("checkbox", { name: "Everyone" })).toBeChecked();
      await expect(dialog.getByRole("radio", { name: /^Deny/ })).toBeChecked();

      // What is wrong stands at its field, and nothing is lost.
      here().watch.expectStatus(422);
      await admin.field("Conditions", dialog).fill("payload.table is salaries");
      await admin.field("Notes", dialog).fill(notes);
      await admin.button("Add rule", dialog).click();
      await expect(admin.field("Conditions", dialog)).toHaveAttribute("aria-invalid", "true");
      await expect(admin.field("Conditions", dialog)).toHaveAccessibleDescription(/`is` is no operator/);
      await expect(admin.field("Conditions", dialog)).toHaveValue("payload.table is salaries");
      await expect(admin.field("Notes", dialog)).toHaveValue(notes);

      await admin.field("Conditions", dialog).fill("payload.table equals salaries");
      if (scripts) {
        // What it gives is told while it is filled in, and a condition can be put together.
        const live = dialog.getByRole("status").filter({ hasText: /^This / });
        await expect(live).toContainText(/This denies \d+ people \d+ tools/);
        await expect(live).toContainText("recorded calls tell it");
        await admin.field("Path, such as payload.table", dialog).fill("meta.request.ip");
        await admin.field("Operator", dialog).selectOption("in_ip_range");
        await admin.field("Value", dialog).fill("10.0.0.0/8");
        await admin.button("Add condition", dialog).click();
        await expect(admin.field("Conditions", dialog)).toHaveValue("payload.table equals salaries\nmeta.request.ip in_ip_range 10.0.0.0/8");
        await admin.field("Conditions", dialog).fill("payload.table is salaries");
        await expect(dialog.getByRole("status").filter({ hasText: "Not complete yet" })).toContainText("`is` is no operator");
        await admin.field("Conditions", dialog).fill("payload.table equals salaries");
      }
      await dialog.getByRole("radio", { name: /^Monitor only/ }).check();
      here().watch.expectStatus(422);
      await admin.button("Show what it would change", dialog).click();
      const shown = dialog.locator(".form-problem[role=status]");
      await expect(shown).toContainText("What this would change");
      await expect(shown).toContainText(/The rule is about \d+ active people/);
      await expect(admin.field("Conditions", dialog), "looking saves nothing and loses nothing").toHaveValue("payload.table equals salaries");
      await expect(admin.field("Notes", dialog)).toHaveValue(notes);
      if (scripts) await expectAccessible(admin.page, "looking at what a rule would change");
      await admin.button("Add rule", dialog).click();
      await admin.notices("The rule is saved");

      // The list finds it by its mode and by its condition.
      await admin.goto("/policies?mode=monitor&search=payload.table");
      const row = admin.row(notes);
      await expect(row).toContainText('if payload.table equals "salaries"');
      await expect(row).toContainText("Monitor only");
      await admin.link(/./, row).first().click();
      await admin.arrives(/^\/policies\/rul_/);
      await expect(admin.page.locator(".page-head")).toContainText("Monitor only");
      await expect(admin.page.getByLabel("Cedar", { exact: true })).toContainText("forbid");
      await expect(admin.field("Notes"), "stored text stays text").toHaveValue(notes);
      if (scripts) await expectAccessible(admin.page, "a rule with conditions");

      const change = admin.card("Change this rule");
      await admin.field("Conditions", change).fill("payload.table in salaries, payroll");
      await admin.button("Save rule", change).click();
      await admin.notices("The rule is saved");
      const history = admin.card("History");
      await history.getByText(/^Version 2 · changed/).click();
      await expect(history).toContainText('payload.table in ["salaries","payroll"]');
      await expect(history).toContainText('payload.table equals "salaries"');
      await expect(history.getByText(/^Version 1 · made/)).toBeVisible();
    });

    test("what affects many is saved by those who have seen it", async () => {
      const notes = `For everybody, ${how}`;
      const dialog = await newRule("Route weather");
      await who(dialog).getByRole("checkbox", { name: "Everyone" }).check();
      await admin.field("Notes", dialog).fill(notes);
      here().watch.expectStatus(422);
      await admin.button("Add rule", dialog).click();
      const seen = dialog.getByRole("checkbox", { name: "I have seen who is affected." });
      await expect(seen).not.toBeChecked();
      await expect(dialog.locator(".form-problem[role=status]")).toContainText(/people gain access|person gains access/);
      await seen.check();
      await admin.button("Add rule", dialog).click();
      await admin.notices("The rule is saved");

      // Switched off where the rules of the server are, it leads to where that can be seen.
      await admin.button("Switch off", admin.row(notes)).click();
      await admin.arrives(/^\/policies\/rul_/);
      await expect(admin.button("Show what it would change", admin.dialog("Switch off"))).toBeVisible();

      // Switched off in one go with others: seen first, too.
      await admin.goto(`/policies?search=${encodeURIComponent(notes)}`);
      await admin.row(notes).getByRole("checkbox").check();
      here().watch.expectStatus(422);
      await admin.button("Switch off").click();
      const bar = admin.page.locator(".bulk-bar");
      await expect(bar.locator(".form-problem[role=status]")).toContainText(/people lose access|person loses access/);
      await expect(admin.row(notes).getByRole("checkbox"), "what was chosen stays so").toBeChecked();
      if (scripts) await expectAccessible(admin.page, "what switching off rules would change");
      await admin.link(/./, admin.row(notes)).first().click();
      await admin.button("Switch off").click();
      const off = admin.dialog("Switch off");
      here().watch.expectStatus(422);
      await admin.button("Try it on recorded calls", off).click();
      await expect(off.locator(".form-problem[role=status]")).toContainText("What the calls of the last 30 days say");
      await expect(off.locator(".form-problem[role=status]")).toContainText(/recorded calls? (was|were) decided anew/);
      if (scripts) await expectAccessible(admin.page, "a rule tried on recorded calls");
      here().watch.expectStatus(422);
      await admin.button("Switch off", off).click();
      await off.getByRole("checkbox", { name: /^I have seen/ }).check();
      await admin.button("Switch off", off).click();
      await admin.notices("The rule is saved");
      await expect(admin.button("Switch on")).toBeVisible();

      const address = new URL(admin.page.url()).pathname;
      await admin.link("Delete").click();
      const sure = admin.dialog("Delete this rule?");
      // Without scripts nothing could compare what is typed.
      if (scripts) await sure.getByLabel("Type Everyone to confirm").fill("Everyone");
      await admin.button("Delete rule", sure).click();
      await admin.notices("The rule is deleted.");

      // What it was stays where the audit log leads to.
      await admin.goto(address);
      await expect(admin.page.locator(".page-head")).toContainText("This rule is deleted");
      await expect(admin.page.locator(".card", { hasText: "History" }).getByText("· deleted ·")).toBeVisible();
      await expect(admin.link("Delete")).toHaveCount(0);
      if (scripts) await expectAccessible(admin.page, "a rule that is deleted");
    });

    test("a decision is explained with its arguments", async () => {
      const notes = `Explained, ${how}`;
      const dialog = await newRule("Data warehouse");
      await who(dialog).getByRole("checkbox", { name: "Everyone" }).check();
      await dialog.getByRole("radio", { name: /^Deny/ }).check();
      await admin.field("Conditions", dialog).fill("payload.table equals payroll\nmeta.request.ip in_ip_range 192.0.2.0/24");
      await admin.field("Notes", dialog).fill(notes);
      here().watch.expectStatus(422);
      await admin.button("Show what it would change", dialog).click();
      await expect(dialog.locator(".form-problem[role=status]")).toContainText(/For \d+ people it depends on the conditions/);
      await admin.button("Add rule", dialog).click();
      await admin.notices("The rule is saved");
      const server = /\/servers\/(srv_[0-9a-f]+)/.exec(admin.page.url())?.[1] ?? "";
      await admin.goto(`/users?search=${MIRA}`);
      const href = (await admin.link(/./, admin.row(MIRA)).first().getAttribute("href")) ?? "";
      const person = /usr_[0-9a-f]+/.exec(href)?.[0] ?? "";

      await admin.goto(`/policies/explain?person=${person}&server=${server}&name=echo`);
      await admin.field("Arguments (JSON)").fill('{"table": "payroll"}');
      await admin.field("Address").fill("192.0.2.7");
      await admin.field("Address").press("Enter");
      await expect(admin.page).toHaveURL(/ip=192\.0\.2\.7/);
      const rule = admin.row('payload.table equals "payroll"').first();
      await expect(rule).toContainText('payload.table equals "payroll": met, the value is "payroll"');
      await expect(rule).toContainText("in_ip_range");
      await expect(rule).toContainText("Denied");
      await admin.field("Address").fill("198.51.100.7");
      await admin.field("Address").press("Enter");
      await expect(admin.row('payload.table equals "payroll"').first()).toContainText("Conditions not met");
    });
  });
}
