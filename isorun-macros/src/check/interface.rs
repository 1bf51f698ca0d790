//! What of an interface cannot be generated, and options of the attribute that have no effect.

use proc_macro2::TokenStream;

use crate::args::Args;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::model::{Function, MOST_FLAGS, Model, Type, TypeDef, TypeKind};
use crate::{names, signature, text};
use isorun_wit::{Place, nearest};

/// The most members of a tuple. The runtime has the codec of tuples up to this length.
const MOST_TUPLE: usize = 16;
/// The most fields and parameters. Each is one level of a nested list, and rustc gives up at a depth of 128.
const MOST_FIELDS: usize = 100;

/// Refuses what of the WIT cannot be generated, and options that have no effect.
pub(crate) fn interface(model: &Model, args: &Args) -> Diagnostics {
    let blame = args.path.as_ref().map(quote::ToTokens::to_token_stream).unwrap_or_default();
    let mut found: Vec<(Place, Diagnostic)> = Vec::new();
    for def in &model.types {
        found.extend(type_def(model, def, &blame).map(|diagnostic| (def.place.clone(), diagnostic)));
    }
    for function in &model.functions {
        found.extend(self::function(model, function, &blame).map(|diagnostic| (function.place.clone(), diagnostic)));
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut wrong = Diagnostics::default();
    for (_, diagnostic) in found {
        wrong.push(diagnostic);
    }
    for (shared, (name, _)) in model.shared.iter().zip(&args.with) {
        if let Some(known) = &shared.unknown {
            let unknown = Diagnostic::new(name, format!("there is no interface `{}`", shared.name));
            let full: Vec<&str> = known.iter().flat_map(|name| [name.as_str(), names::without_version(name)]).collect();
            wrong.push(match nearest(&shared.name, full) {
                Some(near) => unknown.help(format!("did you mean `{near}`?")),
                None => unknown.help(format!("`{}` can use types of {}", model.wire_name, text::joined(known))),
            });
        } else if !shared.is_used {
            let unused = Diagnostic::new(name, format!("`{}` uses no type of `{}`", model.wire_name, shared.name));
            wrong.push(unused.help("remove it from `with(..)`"));
        }
    }
    wrong
}

fn type_def(model: &Model, def: &TypeDef, blame: &TokenStream) -> Option<Diagnostic> {
    let name = &def.wit_name;
    let refuse = |what: String| Diagnostic::new(blame, what).place(&def.place);
    match &def.kind {
        TypeKind::Resource { functions } => {
            let functions = match functions {
                0 => String::new(),
                some => format!(" with {}", text::counted(*some, "function")),
            };
            Some(
                refuse(format!("`{name}` is a resource{functions}, and isorun passes plain values only"))
                    .help(INSTEAD_OF_RESOURCE),
            )
        }
        TypeKind::Record(fields) if fields.is_empty() => Some(
            refuse(format!("the record `{name}` has no fields, and the component model no longer allows that"))
                .help("leave it out of the signatures, or give it a field"),
        ),
        TypeKind::Record(fields) if fields.len() > MOST_FIELDS => Some(
            refuse(format!("the record `{name}` has {} fields, and isorun takes {MOST_FIELDS}", fields.len()))
                .help("make records of those that belong together"),
        ),
        TypeKind::Flags(flags) if flags.is_empty() => Some(
            refuse(format!("the flags `{name}` have no labels, and the component model no longer allows that"))
                .help("give them a label"),
        ),
        TypeKind::Flags(flags) if flags.len() > MOST_FLAGS => Some(
            refuse(format!(
                "the flags `{name}` have {} labels, and the component model allows {MOST_FLAGS}",
                flags.len()
            ))
            .help("split them into two types of flags"),
        ),
        TypeKind::Record(fields) => {
            refused(model, fields.iter().map(|field| (format!("field `{}` is", field.wit_name), &field.ty)))
                .map(|(what, help)| refuse(format!("the record `{name}` cannot be used: {what}")).help(help))
        }
        TypeKind::Variant(cases) => {
            let payloads = cases
                .iter()
                .filter_map(|case| Some((format!("case `{}` has", case.label.wit_name), case.payload.as_ref()?)));
            refused(model, payloads)
                .map(|(what, help)| refuse(format!("the variant `{name}` cannot be used: {what}")).help(help))
        }
        TypeKind::Alias(ty) => refused(model, [("it is".to_owned(), ty)])
            .map(|(what, help)| refuse(format!("the type `{name}` cannot be used: {what}")).help(help)),
        TypeKind::Enum(_) | TypeKind::Flags(_) | TypeKind::Shared { .. } => None,
    }
}

fn function(model: &Model, function: &Function, blame: &TokenStream) -> Option<Diagnostic> {
    let name = &function.wit_name;
    if function.is_async {
        let what = format!("`{name}` is an `async func`, and isorun has plain functions only");
        let help = "remove `async` in the WIT: the host's method may be async anyway, and a call never blocks a thread";
        return Some(Diagnostic::new(blame, what).place(&function.place).help(help));
    }
    if function.params.len() > MOST_FIELDS {
        let what = format!("`{name}` has {} parameters, and isorun takes {MOST_FIELDS}", function.params.len());
        return Some(
            Diagnostic::new(blame, what).place(&function.place).help("make a record of those that belong together"),
        );
    }
    let params = function.params.iter().map(|param| (format!("parameter `{}` is", param.wit_name), &param.ty));
    let result = function.result.iter().map(|ty| ("its result is".to_owned(), ty));
    let (what, help) = refused(model, params.chain(result))?;
    Some(Diagnostic::new(blame, format!("`{name}` cannot be called: {what}")).place(&function.place).help(help))
}

const INSTEAD_OF_RESOURCE: &str =
    "let a plain value stand for it, such as an id or a path, that functions take as a parameter";

/// What is wrong with some of the types, in one sentence, and what to do about the first.
fn refused<'a>(model: &'a Model, types: impl IntoIterator<Item = (String, &'a Type)>) -> Option<(String, String)> {
    let mut wrong = Vec::new();
    let mut help = None;
    for (role, ty) in types {
        if let Some(advice) = advice(ty) {
            wrong.push(format!("{role} `{}`", signature::wit_type(model, ty)));
            help.get_or_insert(advice);
        }
    }
    Some((text::joined(&wrong), help?))
}

/// What to do instead of an unsupported type within `ty`. Types with a name are left out: they have diagnostics of their own.
fn advice(ty: &Type) -> Option<String> {
    match ty {
        Type::Scalar(_) | Type::String | Type::Named(_) => None,
        Type::List(inner) | Type::FixedList(inner, _) | Type::Option(inner) => advice(inner),
        Type::Map(key, value) => advice(key).or_else(|| advice(value)),
        Type::Result(ok, err) => [ok, err].into_iter().flatten().find_map(|ty| advice(ty)),
        Type::Tuple(types) if types.is_empty() => Some("leave the empty tuple out".to_owned()),
        Type::Tuple(types) if types.len() > MOST_TUPLE => {
            Some(format!("make a record of the {} values, so that each has a name", types.len()))
        }
        Type::Tuple(types) => types.iter().find_map(advice),
        Type::Unsupported(text) => Some(match text.split('<').next().unwrap_or_default() {
            "stream" => "pass the values as a `list`, a piece with each call".to_owned(),
            "future" => "return the value itself: the caller awaits the call".to_owned(),
            "error-context" => "use an error type of your own, such as a variant or a `string`".to_owned(),
            _ => INSTEAD_OF_RESOURCE.to_owned(),
        }),
    }
}
