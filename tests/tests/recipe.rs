//! The recipe of an instance: its text, and what is made of it elsewhere.

use std::sync::Arc;
use std::time::Duration;

use isorun::error::RebuildProblem;
use isorun::remote::{ExportPolicy, Revoke};
use isorun::runtime::Recipe;
use isorun::{GiveUp, Restart, Reuse, Runtime, Token};
use isorun_tests::moving::{Here, Three, Two, one_in, to, with_moving};
use isorun_tests::{Memory, add, apps, kv, start};
use proptest::prelude::*;

#[tokio::test]
async fn an_instance_is_made_anew_as_its_recipe_says_and_all_that_is_wrong_is_told_at_once() {
    let (here, there) = (with_moving(Runtime::builder()), with_moving(Runtime::builder()));
    let app = add(&here, "counter", apps::COUNTER).await;
    let acme = here.tenant("acme").build().unwrap();
    let counter = here
        .instantiate(&app)
        .name("front counter")
        .reuse(Reuse::Fresh)
        .restart(Restart::Limited { max: 4, within: Duration::from_secs(5) })
        .queue(6)
        .min_fuel(7)
        .min_time(Duration::from_nanos(8))
        .on_give_up(GiveUp::Finish { fuel: 9, time: Duration::from_millis(10) })
        .tenant(&acme)
        .memory(64 << 20)
        .pays_for_itself()
        .epoch(13);
    let counter = counter.await.unwrap();
    let recipe = here.recipe(&counter).unwrap();
    let mut resolver = Here { apps: vec![apps::COUNTER], back: to(&here), connected: Vec::new() };
    let error = there.rebuild(&recipe, &mut resolver).await.unwrap_err();
    assert!(matches!(&error.problems[..], [RebuildProblem::NoTenant { tenant }] if tenant == "acme"), "{error}");
    there.tenant("acme").build().unwrap();
    let other = there.rebuild(&recipe, &mut resolver).await.unwrap();
    assert_eq!(there.recipe(&other).unwrap(), recipe);
    assert_eq!((other.name(), other.epoch()), ("front counter", 13));

    let one = one_in(&here).await;
    let (two, three) = (here.provide(Two(Arc::default())), here.provide(Three));
    let hub = start(&here, "hub", apps::HUB, &[&one, &two, &three]).await;
    // What this runtime has exported itself is wired directly.
    let recipe = here.recipe(&hub).unwrap();
    let mut resolver = Here { apps: Vec::new(), back: to(&here), connected: Vec::new() };
    let same = here.rebuild(&recipe, &mut resolver).await.unwrap();
    assert_eq!(same.call("ask", "(0)").await.unwrap(), "(1, 1, 20, 300)");
    assert_eq!((same.name(), resolver.connected.len()), ("hub-2", 0));
    let graph = here.graph();
    let providers: Vec<_> =
        graph.edges.iter().filter(|edge| edge.from == "hub-2").map(|edge| edge.to.as_str()).collect();
    assert_eq!(providers, ["one", "Two", "Three"]);
    here.remove(&same).unwrap();
    for token in recipe.tokens() {
        assert!(here.revoke(&token, Revoke::New).await);
    }

    let mut recipe = here.recipe(&hub).unwrap();
    assert!(!format!("{recipe:?}").contains(&recipe.wires[0].token.to_string()));
    recipe.wires[0].import = "test:moving/four@1.0.0".into();
    recipe.wires[1].functions.clear();
    recipe.tenant = Some("nobody".into());
    let mut resolver = Here { apps: vec![apps::HUB], back: to(&here), connected: Vec::new() };
    let error = there.rebuild(&recipe, &mut resolver).await.unwrap_err();
    assert_eq!(error.problems.len(), 3, "{error}");
    assert!(there.app("hub").is_none());
    assert_eq!(there.graph().nodes.len(), 1);
    for token in recipe.tokens() {
        assert!(here.revoke(&token, Revoke::New).await);
    }
    here.remove_tree(&one).unwrap();
}

/// A recipe with every kind of field.
const TEXT: &str = r#"isorun recipe 1;
app "k\\v \"1\"" 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08;
name "kv\u{a}x";
epoch 12;
reuse pool 4;
restart 5 within 60000000000 ns;
queue 256 calls;
min-fuel 10 units;
min-time 11 ns;
give-up finish 10 units 50 ns;
fuel 12 units;
memory 16777216 bytes;
pays-for-itself no;
tenant "acme";
export "isorun:kv/kv@0.1.0";
export "$root";
wire "isorun:fs/fs@0.1.0" token 000102030405060708090a0b0c0d0e0f origin 000102030405060708090a0b0c0d0e0f timeout 5 ns interface "isorun:fs/fs@0.1.0" functions "read" "write";
wire "log" token 000102030405060708090a0b0c0d0e0f origin none timeout none interface "$root" functions "log";
end;
"#;

#[test]
fn a_line_of_a_recipe_that_was_cut_or_spoilt_is_named() {
    assert_eq!(TEXT.parse::<Recipe>().unwrap().to_string(), TEXT);
    for end in 0..TEXT.len() {
        assert!(TEXT[..end].parse::<Recipe>().is_err(), "{end}");
    }
    let lines: Vec<&str> = TEXT.lines().collect();
    let line_of = |number: usize, line: &str| {
        let mut lines = lines.clone();
        lines[number] = line;
        (lines.join("\n") + "\n").parse::<Recipe>().map(drop).map_err(|error| error.line)
    };
    for (number, line) in lines.iter().enumerate() {
        for at in 0..line.len() {
            assert_eq!(line_of(number, &line[..at]), Err(number + 1), "{}", &line[..at]);
            for spoilt in ["\u{1}", "\u{202e}"] {
                let spoilt = format!("{}{spoilt}{}", &line[..at], &line[at + 1..]);
                assert_eq!(line_of(number, &spoilt), Err(number + 1), "{spoilt:?}");
            }
        }
        assert_eq!(line_of(number, &format!("{line} ")), Err(number + 1));
        assert_eq!(line_of(number, &format!(" {line}")), Err(number + 1));
    }
    for (number, line) in [
        (3, "epoch 012;"),
        (3, "epoch  12;"),
        (3, "epoch -1;"),
        (3, "epoch 99999999999999999999;"),
        (4, "reuse pool 0;"),
        (5, "restart 5 within 999999999999999999999999999999999999999 ns;"),
        (1, r#"app "k" 9F86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08;"#),
        (2, r#"name "\u{41}";"#),
        (2, r#"name "\u{d800}";"#),
        (0, "isorun recipe 2;"),
    ] {
        assert_eq!(line_of(number, line), Err(number + 1), "{line}");
    }
    let error = (TEXT.to_string() + "more").parse::<Recipe>().unwrap_err();
    assert_eq!(error.line, lines.len() + 1);
}

proptest! {
    #[test]
    fn any_recipe_is_the_same_after_it_was_text(
        names in prop::collection::vec(any::<String>(), 6),
        numbers in any::<(u64, usize, u64, u32, Option<u64>)>(),
        spans in any::<(Duration, Duration, Option<Duration>)>(),
        token in any::<[u8; 16]>(),
        functions in prop::collection::vec(any::<String>(), 0..4),
    ) {
        let mut recipe: Recipe = TEXT.parse().unwrap();
        (recipe.app, recipe.name, recipe.tenant) = (names[0].clone(), names[1].clone(), Some(names[2].clone()));
        (recipe.exports[0], recipe.wires[0].import) = (names[3].clone(), names[4].clone());
        (recipe.wires[0].interface, recipe.wires[0].functions) = (names[5].clone(), functions);
        (recipe.epoch, recipe.queue, recipe.min_fuel) = (numbers.0, numbers.1, numbers.2);
        (recipe.reuse, recipe.fuel) = (Reuse::pool(numbers.3), numbers.4);
        recipe.restart = Restart::Limited { max: numbers.3, within: spans.0 };
        recipe.give_up = GiveUp::Finish { fuel: numbers.0, time: spans.1 };
        (recipe.min_time, recipe.wires[0].timeout) = (spans.1, spans.2);
        recipe.wires[0].token = Token::from_bytes(token);
        let text = recipe.to_string();
        prop_assert_eq!(text.parse::<Recipe>().unwrap(), recipe, "{}", text);
    }

    #[test]
    fn no_text_panics(text in any::<String>(), at in 0..2000usize, line in any::<String>()) {
        let _ = text.parse::<Recipe>();
        let cut = TEXT.char_indices().nth(at).map_or(TEXT.len(), |(at, _)| at);
        let _ = format!("{}{line}{}", &TEXT[..cut], &TEXT[cut..]).parse::<Recipe>();
    }
}

/// Who has a token may call what its export serves, and gets no more by having an app wired with it.
#[tokio::test]
async fn a_recipe_reaches_only_what_an_export_serves() {
    let here = isorun_tests::runtime();
    let memory = here.provide(Memory::default());
    let notes = start(&here, "notes", apps::NOTES, &[&memory]).await;
    let mut recipe = here.recipe(&notes).unwrap();
    let policy = ExportPolicy::default().only(["get"]);
    recipe.wires[0].token = here.export_with::<kv::Interface>(&memory, &policy).unwrap();
    let mut resolver = Here { apps: Vec::new(), back: to(&here), connected: Vec::new() };
    let error = here.rebuild(&recipe, &mut resolver).await.unwrap_err();
    assert!(error.to_string().contains("set"), "{error}");
    assert!(here.instance("notes-2").is_none());
}
