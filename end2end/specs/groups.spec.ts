/* Groups and job roles: made and changed by hand, and imported from files in two steps. */
import { type Browser } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { Console } from "../support/console.ts";
import { expect, test, world } from "../support/test.ts";

const here = world("demo");
let admin: Console;

const MIRA = "mira@demo.example";
const ELENA = "elena@demo.example";

async function open(browser: Browser, javaScriptEnabled: boolean): Promise<Console> {
  const { drawbridge, watch } = here();
  const accounts = await drawbridge.demoAccounts();
  const console = await Console.open(browser, drawbridge, watch, { javaScriptEnabled });
  await console.signIn({ name: "", email: accounts.admin, password: accounts.password });
  return console;
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

    test("a job role is made, changed, filled and deleted", async () => {
      const name = `Dispatcher ${how}`;
      await admin.goto("/groups?kind=job_role");
      await admin.link("New job role").first().click();
      const dialog = admin.dialog("New job role");
      await expect(admin.field("Kind", dialog)).toHaveValue("job_role");
      await admin.field("Name", dialog).fill(name);
      await admin.button("Create", dialog).click();
      await admin.arrives(/^\/groups\/grp_/);
      await expect(admin.title).toHaveText(name);
      await expect(admin.page.locator(".page-head")).toContainText("Job role");

      await admin.link("Edit").click();
      here().watch.expectStatus(422);
      const edit = admin.dialog("Edit");
      await admin.field("Name", edit).fill("");
      await admin.field("What is it for?", edit).fill("Sends </textarea> crews & cars");
      await admin.button("Save", edit).click();
      await expect(admin.field("Name", edit)).toHaveAttribute("aria-invalid", "true");
      await expect(admin.field("What is it for?", edit), "nothing is lost").toHaveValue("Sends </textarea> crews & cars");
      await admin.field("Name", edit).fill(`${name}, night`);
      await admin.button("Save", edit).click();
      await admin.notices("The changes are saved.");
      await expect(admin.title).toHaveText(`${name}, night`);
      await expect(admin.page.getByText("Sends </textarea> crews & cars").first()).toBeVisible();

      await admin.link("Add somebody").click();
      const add = admin.dialog("Add people");
      await add.getByRole("combobox", { name: "People" }).fill(MIRA);
      if (scripts) await add.getByRole("option", { name: /Mira Okafor/ }).click();
      await admin.button("Add", add).click();
      await expect(admin.row("Mira Okafor")).toBeVisible();
      await admin.button("Remove", admin.row("Mira Okafor")).click();
      await expect(admin.row("Mira Okafor")).toHaveCount(0);

      await admin.goto("/groups?kind=job_role");
      await expect(admin.row(name)).toContainText("By hand");
      await admin.link(new RegExp(name), admin.row(name)).click();
      await admin.link("Delete").click();
      await admin.button("Delete", admin.dialog(`Delete ${name}, night?`)).click();
      await admin.arrives("/groups");
      await expect(admin.row(name)).toHaveCount(0);
    });

    test("a file is shown before it is applied, and a wrong line loses nothing", async () => {
      const group = `Imported ${how}`;
      const lines = (...more: string[]): string =>
        ["kind,group,description,email", `job_role,${group},"Cars, crews",${MIRA}`, ...more].join("\n");
      await admin.goto("/groups");
      await admin.link("Import").click();
      await admin.arrives("/groups/import");
      const field = admin.field("Lines of the file");
      here().watch.expectStatus(422);
      await field.fill(lines(`job_role,${group},,nobody@demo.example`));
      await admin.button("Show what would change").click();
      await expect(admin.page.getByRole("alert")).toContainText("Line 3: nobody here has the address nobody@demo.example");
      await expect(field, "nothing is lost").toHaveValue(lines(`job_role,${group},,nobody@demo.example`));

      await field.fill(lines(`job_role,${group},,${ELENA}`));
      await admin.button("Show what would change").click();
      await expect(admin.page.getByText("1 new group or job role · 2 members added")).toBeVisible();
      await expect(admin.row(group)).toContainText(MIRA);
      await expect(field).toHaveValue(lines(`job_role,${group},,${ELENA}`));
      // Axe itself is a script.
      if (scripts) await expectAccessible(admin.page, `a preview ${how}`);

      // What was changed after it was shown is shown again, and not applied.
      await field.fill(lines());
      await admin.button("Apply these changes").click();
      await expect(admin.page.getByText("1 new group or job role · 1 member added")).toBeVisible();
      await admin.button("Apply these changes").click();
      await admin.arrives("/groups");
      await admin.notices("The changes are saved.");
      await expect(admin.row(group)).toContainText("CSV file");

      // Others are taken out only when that is asked for.
      await admin.goto("/groups/import");
      await field.fill(lines().replace(MIRA, ELENA));
      await admin.page.getByRole("checkbox", { name: "Take out who is not in the file" }).check();
      await admin.button("Show what would change").click();
      await expect(admin.page.getByText("1 member added · 1 member taken out")).toBeVisible();
      await expect(admin.page.getByRole("checkbox", { name: "Take out who is not in the file" })).toBeChecked();
      await admin.button("Apply these changes").click();
      await admin.arrives("/groups");
      const answer = await admin.page.request.get("/export/group-members.csv?kind=job_role");
      expect(await answer.text()).toContain(`job_role,${group},"Cars, crews",${ELENA}\r\n`);
      expect(await answer.text()).not.toContain(`${group},"Cars, crews",${MIRA}`);
    });
  });
}

test("a file is chosen, and imported by the keyboard", async ({ browser }) => {
  admin = await open(browser, true);
  const { page } = admin;
  await admin.goto("/groups/import");
  const text = `\ufeffgroup,email\r\nFrom a file,${MIRA}\r\n`;
  await page.getByLabel("Choose a file").setInputFiles({ name: "groups.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await expect(admin.field("Lines of the file")).toHaveValue(/From a file/);
  await admin.field("Lines of the file").focus();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("checkbox", { name: "Take out who is not in the file" })).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(admin.row("From a file")).toContainText(MIRA);
  await expect(admin.button("Apply these changes")).toBeFocused();
  await page.keyboard.press("Enter");
  await admin.arrives("/groups");
  await expect(admin.row("From a file")).toBeVisible();
  await admin.context.close();
});
