//! `/dev/gallery`: every component in its states, for those who build pages and for the tests that look at them. Part of
//! development builds only (feature `gallery`); its words are for developers, and in English.

pub mod api;

use api::{FindFruit, GalleryForm, GalleryProse};
use chrono::TimeDelta;

use crate::prelude::*;
use crate::wire::ask;

/// `/dev/gallery`.
#[component]
pub fn GalleryPage() -> impl IntoView {
    view! {
        <PageHeader
            title="Gallery"
            description="Every component of the console in its states."
            crumbs=vec![("Development", "/".to_owned())]
            badges=|| view! { <Badge tone=Tone::Info>"Development"</Badge> }
            actions=|| view! { <LinkButton href="/" icon="home">"Home"</LinkButton> }
        />
        <div class="stack">
            <Buttons/>
            <Words/>
            <Numbers/>
            <Fields/>
            <Lists/>
            <Overlays/>
            <Code/>
            <Written/>
            <States/>
        </div>
    }
}

#[component]
fn Part(name: &'static str, children: Children) -> impl IntoView {
    view! { <div data-gallery=name id=name.to_lowercase()><Card title=name><div class="stack">{children()}</div></Card></div> }
}

#[component]
fn Buttons() -> impl IntoView {
    let variants = [
        ("Primary", Variant::Primary),
        ("Secondary", Variant::Secondary),
        ("Quiet", Variant::Quiet),
        ("Danger", Variant::Danger),
    ];
    let row = move |small: bool| {
        variants
            .map(|(name, variant)| view! { <LinkButton href="#" variant=variant small=small icon="plus">{name}</LinkButton> })
            .collect_view()
    };
    view! {
        <Part name="Buttons">
            <div class="cluster">{row(false)}</div>
            <div class="cluster">{row(true)}</div>
            <div class="cluster">
                <button type="button" class="btn btn-primary" aria-busy="true" aria-disabled="true">"Busy"<span class="btn-spinner" aria-hidden="true"></span></button>
                <button type="button" class="btn btn-secondary" disabled=true>"Disabled"</button>
                <Tooltip text="What it does, in a few words"><IconLink href="#" icon="settings" label="Settings"/></Tooltip>
                <a href="#">"A link"</a>
                <CopyButton text="copied"/>
            </div>
        </Part>
    }
}

#[component]
fn Words() -> impl IntoView {
    let tones = [
        ("Neutral", Tone::Neutral),
        ("Accent", Tone::Accent),
        ("Success", Tone::Success),
        ("Warning", Tone::Warning),
        ("Danger", Tone::Danger),
        ("Info", Tone::Info),
    ];
    let now = context().now().get_untracked();
    view! {
        <Part name="Words">
            <div class="cluster">{tones.map(|(name, tone)| view! { <Badge tone=tone>{name}</Badge> }).collect_view()}</div>
            <div class="cluster">{tones.map(|(name, tone)| view! { <StatusDot tone=tone label=name/> }).collect_view()}</div>
            <div class="cluster">
                <Avatar name="Ada Lovelace"/>
                <Avatar name="Grace Hopper" large=true/>
                <Person name="Grace Hopper" detail="grace@example.com"/>
                <BrandIcon icon=Some("github".to_owned()) name="GitHub"/>
                <BrandIcon icon=None name="Our Wiki" large=true/>
                <Logo/>
            </div>
            <div class="cluster">
                <Time at=now - TimeDelta::seconds(10)/>
                <Time at=now - TimeDelta::minutes(5)/>
                <Time at=now - TimeDelta::days(400)/>
                <Time at=now + TimeDelta::days(2)/>
                <OptionalTime at=None none="never"/>
            </div>
            {tones.map(|(name, tone)| view! { <Callout tone=tone title=name><p>"A message with "<a href="#">"a link"</a>"."</p></Callout> }).collect_view()}
            <Facts>
                <Fact label="Name">"GitHub"</Fact>
                <Fact label="Address"><code class="mono break">"https://api.githubcopilot.com/mcp/"</code></Fact>
            </Facts>
        </Part>
    }
}

#[component]
fn Numbers() -> impl IntoView {
    let delta = |now, before, good| Some(Delta { now, before, more_is_good: good, with: "compared with last week" });
    let chart = ChartData {
        option: r#"{"legend":{},"tooltip":{"trigger":"axis"},"xAxis":{"type":"category","data":["Mon","Tue","Wed"]},"yAxis":{"type":"value"},"series":[{"type":"bar","name":"Calls","data":[3,7,5],"itemStyle":{"color":"var(--color-chart-1)"}}]}"#.to_owned(),
        columns: vec!["Day".to_owned(), "Calls".to_owned()],
        rows: vec![
            vec!["Mon".to_owned(), "3".to_owned()],
            vec!["Tue".to_owned(), "7".to_owned()],
            vec!["Wed".to_owned(), "5".to_owned()],
        ],
    };
    view! {
        <Part name="Numbers">
            <div class="stats">
                <StatCard label="Calls" value="1 204" hint="none failed" delta=delta(1204, 1000, Some(true)) trend=vec![2, 5, 3, 8, 9, 12] href="#"/>
                <StatCard label="Failures" value="12" hint="12 failed" delta=delta(12, 4, Some(false)) trend=vec![0, 0, 1, 4, 12] tone=Tone::Danger/>
                <StatCard label="People" value="40" delta=delta(40, 40, None)/>
                <StatCard label="Nothing to compare" value="0"/>
            </div>
            <div class="grid-2">
                <ChartCard title="A chart" description="With its numbers as a table." chart=chart empty="Nothing yet."/>
                <ChartCard title="An empty chart" chart=ChartData::default() empty="No calls yet. They appear here as soon as a client calls a tool."/>
            </div>
            <Stepper
                label="How far it is"
                steps=vec![
                    Step::new("Asked", StepState::Done),
                    Step { detail: "by Ada, 5 min ago".to_owned(), ..Step::new("Tested", StepState::Done) },
                    Step::new("Decided", StepState::Current),
                    Step::new("Connected", StepState::Ahead),
                ]
            />
            <Stepper
                label="Where it is done"
                steps=vec![Step::new("Lists", StepState::Done).at("#lists"), Step::new("Overlays", StepState::Current).at("#overlays")]
            />
            <Stepper label="Where it ended" steps=vec![Step::new("Asked", StepState::Done), Step::new("Rejected", StepState::Stopped)]/>
        </Part>
    }
}

#[component]
fn Fields() -> impl IntoView {
    let form = use_form::<GalleryForm>();
    let sizes = [("s", "Small"), ("m", "Medium"), ("l", "Large")];
    let sizes = sizes.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec();
    view! {
        <Part name="Fields">
            <Form form=form guard=true>
                <div class="grid-2">
                    <TextField name="text" label="Text" required=true placeholder="An example" help="How to fill it. Sending it empty shows an error."/>
                    <SecretInput name="secret" label="Secret" help="Can be looked at while it is typed."/>
                    <SelectField name="size" label="Choice" options=sizes/>
                    <DateField name="day" label="Day"/>
                </div>
                <TextArea name="long" label="Several lines"/>
                <Picker name="one" label="One of many" find=Finder::new(fruit) help="Type “a”."/>
                <Picker name="many[]" label="Several of many" find=Finder::new(fruit)/>
                <Checkbox name="box" label="A box to tick" help="What ticking means."/>
                <Switch name="on" label="Something that is on or off" on=true help="What it does."/>
                <RadioCards
                    name="radio" label="One of a few" value="a"
                    options=vec![
                        RadioOption::new("a", "The first", "What it means."),
                        RadioOption::new("b", "The second", "What it means instead."),
                    ]
                />
                <CheckList
                    name="tools[]" label="Several of a few" chosen=vec!["echo".to_owned()]
                    options=["echo", "add"].map(|tool| CheckOption { value: tool.to_owned(), label: tool.to_owned(), help: format!("What {tool} does.") }).to_vec()
                />
                <div class="form-actions"><Submit icon="save">"Send"</Submit></div>
            </Form>
        </Part>
    }
}

async fn fruit(words: String) -> Vec<Choice> {
    ask(FindFruit { words }).await.unwrap_or_default()
}

#[component]
fn Lists() -> impl IntoView {
    let tab = current_tab(&["table", "timeline", "empty"]);
    let person = query("person");
    let (form, now) = (use_form::<GalleryForm>(), context().now().get_untracked());
    let views = use_views("users");
    let bulk = Bulk {
        form: form.into(),
        actions: ViewFn::from(
            || view! { <Button name="text" value="archive" small=true icon="package">"Archive"</Button> },
        ),
    };
    let shown = move || {
        match tab.get() {
        "timeline" => {
            let item = |what: &str, icon, tone| TimelineItem {
                at: now - TimeDelta::hours(3),
                actor: "Ada Lovelace".to_owned(),
                what: what.to_owned(),
                detail: Some("With a detail.".to_owned()),
                icon,
                tone,
                href: None,
            };
            let items = vec![item("asked", "send", Tone::Neutral), item("approved", "check", Tone::Success)];
            view! { <Timeline items=items/> }.into_any()
        }
        "empty" => view! {
            <EmptyState icon="inbox" title="Nothing here" text="What to do about it.">
                <LinkButton href="#" variant=Variant::Primary>"Do it"</LinkButton>
            </EmptyState>
            <Skeleton rows=4/>
        }
        .into_any(),
        _ => view! {
            <DataTable
                label="People of the gallery"
                main=true
                columns=vec![
                    Column::new("Name").sorted("name").wide(), Column::new("Team").optional("team"),
                    Column::new("Calls").numeric().sorted("calls"), Column::new("Action").actions(),
                ]
                rows=vec![("Ada", "Engines", 12_u64), ("Grace", "Compilers", 1_204), ("Hedy", "Radio", 7)]
                row=move |(name, team, calls): (&'static str, &'static str, u64)| {
                    let end = view! { <a class="btn btn-quiet btn-small" href="#">"End"</a> };
                    let row = Row::new(cells![name, team, number(calls), end]).beside("person", name).choosable(name, name);
                    if calls < 10 { row.muted() } else { row }
                }
                bulk=Some(bulk.clone())
                next=Some("next".to_owned())
            />
        }
        .into_any(),
    }
    };
    view! {
        <Part name="Lists">
            <FilterBar names=&["search", "size", "from", "to"]>
                <SearchField name="search" label="Search"/>
                <FilterSelect name="size" label="Size" options=vec![(String::new(), "Any size".to_owned()), ("s".to_owned(), "Small".to_owned())]/>
                <FilterPeriod from="from" to="to"/>
            </FilterBar>
            <SavedViews views=views/>
            <Tabs
                label="Kinds of lists" current=tab
                items=vec![Tab::new("table", "Table").count(3), Tab::new("timeline", "Timeline"), Tab::new("empty", "Empty and loading")]
            />
            {shown}
        </Part>
        <Drawer name="person" open=Signal::derive(move || person.with(Option::is_some)) title="A person">
            <p class="strong">{move || person.get()}</p>
            <p>"At the side, for looking at something without leaving the list."</p>
        </Drawer>
    }
}

#[component]
fn Written() -> impl IntoView {
    let prose = load(|| GalleryProse {});
    view! {
        <Part name="Prose">
            <Load resource=prose let:prose>
                <Markdown prose=prose/>
            </Load>
        </Part>
    }
}

#[component]
fn Overlays() -> impl IntoView {
    let form = use_form::<GalleryForm>();
    let fields = Signal::derive(|| vec![("text", "deleted".to_owned())]);
    view! {
        <Part name="Overlays">
            <div class="cluster">
                <LinkButton href=Signal::derive(open_dialog("plain"))>"Dialog"</LinkButton>
                <LinkButton href=Signal::derive(open_dialog("side"))>"Drawer"</LinkButton>
                <LinkButton href=Signal::derive(open_dialog("sure")) variant=Variant::Danger>"Confirm"</LinkButton>
            </div>
        </Part>
        <Dialog name="plain" title="A dialog">
            <p>"It is part of the address, so it can be linked."</p>
            <DialogActions><a class="btn btn-primary" href=close_dialog() data-noscroll="true">"Done"</a></DialogActions>
        </Dialog>
        <Dialog name="side" title="A drawer" side=true>
            <p>"At the side, for looking at something without leaving the list."</p>
        </Dialog>
        <ConfirmDialog
            name="sure" title="Delete the wiki?" form=form fields=fields confirm="Delete" danger=true
            typed=Some("wiki".to_owned())
        >
            <p>"It cannot be had back."</p>
        </ConfirmDialog>
    }
}

#[component]
fn Code() -> impl IntoView {
    let json = r#"{"tools":[{"name":"echo","inputSchema":{"type":"object","required":["text"],"properties":{"text":{"type":"string"}}}},{"name":"add","readOnly":true,"cost":0.5,"owner":null}],"nextCursor":"abc"}"#;
    let (approved, seen) =
        (r#"{"name":"echo","description":"Repeats"}"#, r#"{"name":"echo","description":"Repeats, and sends home"}"#);
    view! {
        <Part name="Code">
            <CodeBlock code="claude mcp add --transport http wiki https://drawbridge.example.com/mcp/wiki" label="Claude Code"/>
            <SecretOnce label="Key" value="dbk_example" help="Shown this once."/>
            <JsonView text=json label="Arguments"/>
            <DefinitionDiff approved=approved seen=seen/>
            <DefinitionView name="echo" json=approved/>
        </Part>
    }
}

#[component]
fn States() -> impl IntoView {
    // The view of an error sets the status of the page, which belongs to the gallery and not to its samples.
    let shown = RwSignal::new(false);
    Effect::new(move |_| shown.set(true));
    let errors = move || {
        let internal = domain::Problem::Internal { correlation: "cor_01900000000070008000000000000001".to_owned() };
        let unavailable =
            domain::Problem::Unavailable { why: "the server does not answer; try again in a minute".to_owned() };
        shown.get().then(|| {
            view! { <div class="grid-2"><ErrorView error=AppError(internal)/><ErrorView error=AppError(unavailable)/></div> }
        })
    };
    view! { <Part name="States">{errors}<Skeleton rows=3/></Part> }
}
