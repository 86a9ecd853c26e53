/* Every page of the console, read from its route table, with an address to look at for each. */
import { readFileSync } from "node:fs";
import { type APIRequestContext, expect } from "@playwright/test";
import { inRepository } from "./environment.ts";

/** The paths of the route table (`/users/:id`). */
export function routeTable(): string[] {
  const source = readFileSync(inRepository("app/src/lib.rs"), "utf8");
  const paths = [...source.matchAll(/<Route path=path!\("([^"]+)"\)/g)].map((match) => match[1] ?? "");
  expect(paths.length, "the route table was found").toBeGreaterThan(20);
  return paths;
}

/** A page as it is visited. */
export interface Visit {
  /** Its path in the route table. */
  readonly route: string;
  /** What is special about this visit, such as a tab or a dialog. */
  readonly what: string;
  /** Where to go; `{…}` is filled in from a list page. */
  readonly path: string;
  /** The status for an administrator and an employee; 200 when absent. */
  readonly admin?: number;
  readonly employee?: number;
}

const page = (route: string, more: Partial<Visit> = {}): Visit => ({ route, what: "", path: route, ...more });
const forAdmins = (route: string, more: Partial<Visit> = {}): Visit => page(route, { employee: 403, ...more });

/** What is visited: each route, its tabs, its dialogs, and addresses that lead nowhere. */
export const VISITS: readonly Visit[] = [
  page("/"),
  page("/connectors"),
  page("/connectors/:slug", { path: "{connector}" }),
  page("/connectors/:slug", { what: "unknown", path: "/connectors/there-is-none", admin: 404, employee: 404 }),
  page("/catalog"),
  page("/catalog", { what: "nothing found", path: "/catalog?search=zzzz" }),
  page("/catalog/entry", { path: "{entry}" }),
  page("/catalog/entry", { what: "oauth", path: "/catalog/entry?name=com.notion/mcp" }),
  page("/requests"),
  page("/requests/new"),
  page("/requests/new", { what: "from the catalog", path: "/requests/new?catalog=com.github/mcp" }),
  page("/requests/:id", { path: "{request}" }),
  page("/requests/:id", { what: "unknown", path: "/requests/nonsense", admin: 404, employee: 404 }),
  forAdmins("/inbox"),
  forAdmins("/inbox", { what: "decided", path: "/inbox?state=all" }),
  forAdmins("/inbox/:id", { path: "{review}" }),
  forAdmins("/servers"),
  forAdmins("/servers/new"),
  forAdmins("/servers/:id", { path: "{server}" }),
  forAdmins("/servers/:id", { what: "tools", path: "{server}?tab=tools" }),
  forAdmins("/servers/:id", { what: "permissions", path: "{server}?tab=permissions" }),
  forAdmins("/servers/:id", { what: "rule dialog", path: "{server}?tab=permissions&dialog=rule" }),
  forAdmins("/servers/:id", { what: "rule of a template", path: "{server}?tab=permissions&dialog=rule&template=table" }),
  forAdmins("/servers/:id", { what: "activity", path: "{server}?tab=activity" }),
  forAdmins("/servers/:id", { what: "settings", path: "{server}?tab=settings" }),
  forAdmins("/policies"),
  forAdmins("/policies", { what: "new", path: "/policies?dialog=new" }),
  forAdmins("/policies/explain"),
  forAdmins("/policies/explain", { what: "answered", path: "/policies/explain?person={person}&server={known}&name=echo" }),
  forAdmins("/policies/explain", {
    what: "answered with arguments",
    path: "/policies/explain?person={person}&server={known}&name=echo&arguments=%7B%22table%22%3A%22a%22%7D&ip=192.0.2.7",
  }),
  forAdmins("/policies/:id", { path: "{rule}" }),
  forAdmins("/policies/:id", { what: "delete", path: "{rule}?dialog=delete" }),
  page("/audit"),
  page("/audit", { what: "denied", path: "/audit?outcome=denied" }),
  page("/audit", { what: "drawer", path: "/audit?event={event}" }),
  page("/audit/:id", { path: "/audit/{event}" }),
  page("/activity"),
  page("/account"),
  page("/keys"),
  page("/keys", { what: "new", path: "/keys?dialog=new" }),
  page("/notifications"),
  forAdmins("/users"),
  forAdmins("/users", { what: "invite", path: "/users?dialog=invite" }),
  forAdmins("/users/:id", { path: "{user}" }),
  forAdmins("/users/:id", { what: "suspend", path: "{user}?dialog=suspend" }),
  forAdmins("/groups"),
  forAdmins("/groups", { what: "new", path: "/groups?dialog=new" }),
  forAdmins("/groups", { what: "job roles", path: "/groups?kind=job_role" }),
  forAdmins("/groups/import"),
  forAdmins("/groups/:id", { path: "{group}" }),
  forAdmins("/groups/:id", { what: "edit", path: "{group}?dialog=edit" }),
  page("/dev/gallery"),
  page("/dev/gallery", { what: "filters and lists", path: "/dev/gallery?tab=timeline&size=s&from=2026-01-01" }),
  page("/dev/gallery", { what: "empty", path: "/dev/gallery?tab=empty&hide=team" }),
  page("/dev/gallery", { what: "drawer", path: "/dev/gallery?dialog=side" }),
  page("/dev/gallery", { what: "drawer of a row", path: "/dev/gallery?person=Ada" }),
  page("/dev/gallery", { what: "confirm", path: "/dev/gallery?dialog=sure" }),
  page("/no-such-page", { admin: 404, employee: 404 }),
];

/** Pages for visitors who are not signed in, with their status. Every other page leads to sign-in. */
export const PUBLIC: readonly { route: string; path: string; status: number }[] = [
  { route: "/login", path: "/login", status: 200 },
  { route: "/setup", path: "/setup?token=nonsense", status: 404 },
  { route: "/invite", path: "/invite?token=nonsense", status: 404 },
  { route: "/reset", path: "/reset", status: 404 },
];

/** Where the first link of each kind is found, by whom, and how it looks. */
const FIRST: Record<string, { by: "admin" | "employee"; on: string; link: RegExp }> = {
  "{connector}": { by: "employee", on: "/connectors", link: /href="(\/connectors\/[^"?]+)"/ },
  "{entry}": { by: "employee", on: "/catalog?search=github", link: /href="(\/catalog\/entry\?[^"]+)"/ },
  "{request}": { by: "employee", on: "/requests", link: /href="(\/requests\/req_[^"?]+)"/ },
  "{event}": { by: "employee", on: "/activity?action=tool_call_success", link: /[?;]event=(evt_[0-9a-f]+)/ },
  "{review}": { by: "admin", on: "/inbox", link: /href="(\/inbox\/req_[^"?]+)"/ },
  "{server}": { by: "admin", on: "/servers?status=active", link: /href="(\/servers\/srv_[^"?]+)"/ },
  "{rule}": { by: "admin", on: "/policies", link: /href="(\/policies\/[a-z]+_[^"?]+)"/ },
  "{user}": { by: "admin", on: "/users?search=admin@", link: /href="(\/users\/usr_[^"?]+)"/ },
  "{person}": { by: "admin", on: "/users?search=admin@", link: /href="\/users\/(usr_[^"?]+)"/ },
  "{known}": { by: "admin", on: "/servers?status=active", link: /href="\/servers\/(srv_[^"?]+)"/ },
  "{group}": { by: "admin", on: "/groups", link: /href="(\/groups\/[a-z]+_[^"?]+)"/ },
};

/** Real addresses for the `{…}` in paths. What the employee finds, the administrator may see too. */
export async function realAddresses(people: Record<"admin" | "employee", APIRequestContext>): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const [name, { by, on, link }] of Object.entries(FIRST)) {
    const match = link.exec(await (await people[by].get(on)).text());
    expect(match, `${on} shows the ${by} a link for ${name}`).not.toBeNull();
    found.set(name, (match?.[1] ?? "").replaceAll("&amp;", "&"));
  }
  return found;
}

/** The path with its `{…}` filled in. */
export function addressOf(path: string, addresses: ReadonlyMap<string, string>): string {
  return path.replace(/\{[a-z]+\}/g, (name) => addresses.get(name) ?? name);
}
