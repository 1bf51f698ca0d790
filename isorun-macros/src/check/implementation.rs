//! The impl block of a system against the WIT, with the user's own tokens to blame.

use quote::ToTokens;
use syn::{FnArg, ImplItem, ReturnType, Type as Written};

use super::fits;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::implementation::{Implementation, Method, generics, is_cx, plain};
use crate::model::{Function, Model};
use crate::{signature, text};
use isorun_wit::nearest;

/// At most so many missing functions are written out.
const MOST_WRITTEN_OUT: usize = 10;

/// Refuses what in the impl block does not fit the interface.
pub(crate) fn implementation(model: &Model, user: &Implementation) -> Diagnostics {
    let mut check =
        Check { model, user, module: user.module_text(), wrong: Diagnostics::default(), implemented: Vec::new() };
    check.trait_name();
    for item in &user.item.items {
        if !matches!(item, ImplItem::Fn(_)) {
            let other = Diagnostic::new(item, format!("the trait `{}` has methods only", model.trait_name));
            check.wrong.push(other.help("put it outside of this impl block"));
        }
    }
    for method in &user.methods {
        check.method(method);
    }
    check.missing();
    check.wrong
}

struct Check<'a> {
    model: &'a Model,
    user: &'a Implementation,
    module: String,
    wrong: Diagnostics,
    /// The functions that have a method, or a misspelt one that was probably meant for them.
    implemented: Vec<usize>,
}

impl Check<'_> {
    fn trait_name(&mut self) {
        let Some(last) = self.user.trait_path.segments.last() else { return };
        if last.ident != self.model.trait_name {
            let wrong = Diagnostic::new(
                &last.ident,
                format!("the trait of `{}` is not `{}`", self.model.wire_name, last.ident),
            );
            self.wrong.push(
                wrong.place(&self.model.place).help(format!("write `{}::{}`", self.module, self.model.trait_name)),
            );
        } else if !last.arguments.is_empty() {
            let wrong = Diagnostic::new(&last.arguments, format!("the trait `{}` has no parameters", last.ident));
            self.wrong.push(wrong.help("remove them"));
        }
    }

    fn method(&mut self, method: &Method) {
        let Some(index) = self.model.function(&method.name()) else { return self.unknown(method) };
        if self.implemented.contains(&index) && method.conditions().next().is_none() {
            // rustc reports that the name is defined twice.
            return;
        }
        self.implemented.push(index);
        let function = &self.model.functions[index];
        self.receiver(method, function);
        self.qualifiers(method, function);
        self.cx(method);
        if method.arguments.len() != function.params.len() {
            return self.arity(method, function);
        }
        for (written, param) in method.arguments.iter().zip(&function.params) {
            if let Written::ImplTrait(_) = plain(written) {
                let wrong = self.shown(
                    written,
                    format!("`{}` takes `{}`, which does not say the type", method.name(), written_out(written)),
                    function,
                );
                self.wrong.push(
                    wrong.help(format!("write `{}`", signature::rust_argument(self.model, &param.ty, &self.module))),
                );
            } else if !is_cx(written) && fits::never_takes(self.model, written, &param.ty) {
                let what = format!(
                    "`{}` takes `{}` as `{}`, the WIT has `{}`",
                    method.name(),
                    param.wit_name,
                    written_out(written),
                    signature::wit_type(self.model, &param.ty)
                );
                let wrong = self.shown(written, what, function);
                let borrowed = signature::rust_argument(self.model, &param.ty, &self.module);
                let owned = signature::rust_type(self.model, &param.ty, &self.module);
                self.wrong.push(wrong.help(if borrowed == owned {
                    format!("write `{owned}`")
                } else {
                    format!("write `{borrowed}` or `{owned}`")
                }));
            }
        }
        self.output(method, function);
    }

    fn unknown(&mut self, method: &Method) {
        let name = method.name();
        let free = self
            .model
            .functions
            .iter()
            .enumerate()
            .filter(|(_, function)| !self.user.methods.iter().any(|method| method.name() == function.rust_name));
        let near = nearest(&name, free.map(|(_, function)| function.rust_name.as_str())).map(str::to_owned);
        let unknown = Diagnostic::new(
            &method.signature().ident,
            format!("`{}` has no function for `{name}`", self.model.wire_name),
        );
        let unknown = unknown.place(&self.model.place);
        self.wrong.push(match near {
            Some(near) => {
                self.implemented.extend(self.model.function(&near));
                unknown.help(format!("did you mean `{near}`?"))
            }
            None => unknown.help("put it into an `impl` block of the type's own"),
        });
    }

    fn receiver(&mut self, method: &Method, function: &Function) {
        let name = method.name();
        let help =
            "write `&self`; what changes goes behind a lock or into an atomic, since instances call at the same time";
        match method.signature().inputs.first() {
            Some(FnArg::Receiver(receiver)) => {
                let shared = match plain(&receiver.ty) {
                    Written::Reference(reference) => {
                        reference.mutability.is_none()
                            && matches!(plain(&reference.elem), Written::Path(path) if path.path.is_ident("Self"))
                    }
                    _ => false,
                };
                if !shared {
                    let wrong = self.shown(
                        receiver,
                        format!(
                            "`{name}` takes `{}`, and a system is shared by all who call it",
                            written_out(receiver)
                        ),
                        function,
                    );
                    self.wrong.push(wrong.help(help));
                }
            }
            _ => {
                let wrong = self.shown(&method.signature().ident, format!("`{name}` takes no `&self`"), function);
                self.wrong.push(wrong.help("write `&self` as its first parameter"));
            }
        }
    }

    fn qualifiers(&mut self, method: &Method, function: &Function) {
        let signature = method.signature();
        let types: Vec<_> =
            signature.generics.params.iter().filter(|param| !matches!(param, syn::GenericParam::Lifetime(_))).collect();
        if let Some(first) = types.first() {
            let wrong =
                self.shown(first, format!("`{}` is generic, and the WIT knows its types", method.name()), function);
            self.wrong.push(wrong.help("write the types of the WIT"));
        }
        if let Some(token) = &signature.unsafety {
            let wrong =
                Diagnostic::new(token, format!("`{}` is unsafe, and guests call it as they like", method.name()));
            self.wrong.push(wrong.help("remove `unsafe`"));
        }
        if let Some(token) = &signature.abi {
            self.wrong
                .push(Diagnostic::new(token, format!("`{}` has an ABI of its own", method.name())).help("remove it"));
        }
    }

    fn cx(&mut self, method: &Method) {
        let name = method.name();
        if let Some(cx) = &method.cx {
            let by_reference = matches!(plain(cx), Written::Reference(reference) if reference.mutability.is_none() && !matches!(plain(&reference.elem), Written::Reference(_)));
            if !by_reference {
                let wrong = Diagnostic::new(cx, format!("`{name}` takes `{}`", written_out(cx)));
                self.wrong.push(wrong.help("write `cx: &isorun::Cx`"));
            }
        }
        for written in method.arguments.iter().filter(|written| is_cx(written)) {
            let wrong =
                Diagnostic::new(written, format!("`{name}` takes `{}` among its arguments", written_out(written)));
            self.wrong.push(wrong.help("`cx: &isorun::Cx` comes right after `&self`, and once"));
        }
    }

    fn arity(&mut self, method: &Method, function: &Function) {
        if method.arguments.iter().any(is_cx) {
            // A misplaced `Cx` counts as an argument, and has been reported already.
            return;
        }
        let what = format!(
            "`{}` takes {}, the WIT has {}",
            method.name(),
            text::counted(method.arguments.len(), "argument"),
            function.params.len()
        );
        let extra = method.arguments.get(function.params.len());
        let wrong = match extra {
            Some(extra) => self.shown(extra, what, function),
            None => self.shown(&method.signature().ident, what, function),
        };
        self.wrong
            .push(wrong.help("take the arguments of the WIT, in their order, after `&self` and `cx: &isorun::Cx`"));
    }

    fn output(&mut self, method: &Method, function: &Function) {
        let unit: Written = syn::parse_quote!(());
        let written = match &method.signature().output {
            ReturnType::Default => &unit,
            ReturnType::Type(_, written) => written,
        };
        let blame = match &method.signature().output {
            ReturnType::Default => method.signature().ident.to_token_stream(),
            ReturnType::Type(_, written) => written.to_token_stream(),
        };
        if let Written::ImplTrait(_) = plain(written) {
            let wrong =
                self.shown(&blame, format!("`{}` returns a type that it does not say", method.name()), function);
            self.wrong.push(wrong.help("write `async fn` if it returns a future"));
            return;
        }
        // `isorun::Result<T>`, or its long form, or an alias of one of them.
        let inner = match generics(written, "Result").as_deref() {
            Some([inner]) => Some(*inner),
            Some([inner, error]) if matches!(plain(error), Written::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "CallError")) => {
                Some(*inner)
            }
            _ => None,
        };
        let never = fits::never_is_side(self.model, inner.unwrap_or(written), function.result.as_ref());
        // `io::Result<T>` and other aliases with one parameter may be the WIT's own result.
        let may_be_alias = inner.is_some()
            && matches!(
                function.result.as_ref().map(|ty| self.model.dealias(ty)),
                Some(crate::model::Type::Result(..))
            );
        // A `Result` around a plain value may be `isorun::Result` with a renamed error.
        let may_be_outcome = inner.is_none()
            && matches!(generics(written, "Result").as_deref(), Some([_, _]))
            && !matches!(
                function.result.as_ref().map(|ty| self.model.dealias(ty)),
                Some(crate::model::Type::Result(..))
            );
        if never && !may_be_alias && !may_be_outcome {
            let wit = function
                .result
                .as_ref()
                .map_or_else(|| "nothing".to_owned(), |ty| format!("`{}`", signature::wit_type(self.model, ty)));
            let rust = function
                .result
                .as_ref()
                .map_or_else(|| "()".to_owned(), |ty| signature::rust_type(self.model, ty, &self.module));
            let returned = if matches!(method.signature().output, ReturnType::Default) {
                "nothing".to_owned()
            } else {
                format!("`{}`", written_out(written))
            };
            let wrong =
                self.shown(&blame, format!("`{}` returns {returned}, the WIT has {wit}", method.name()), function);
            self.wrong.push(
                wrong.help(format!("return `{rust}`, or `isorun::Result<{rust}>` to be able to stop the caller")),
            );
        }
    }

    fn missing(&mut self) {
        let missing: Vec<&Function> = self
            .model
            .functions
            .iter()
            .enumerate()
            .filter(|(index, _)| !self.implemented.contains(index))
            .map(|(_, function)| function)
            .collect();
        let Some(first) = missing.first() else { return };
        let names: Vec<String> =
            missing.iter().take(MOST_WRITTEN_OUT).map(|function| format!("`{}`", function.rust_name)).collect();
        let more = missing.len().saturating_sub(MOST_WRITTEN_OUT);
        let names = text::joined(&names);
        let names = if more == 0 { names } else { format!("{names} and {more} more") };
        let what = match missing.len() {
            1 => format!("a function of `{}` is missing: {names}", self.model.wire_name),
            several => format!("{several} functions of `{}` are missing: {names}", self.model.wire_name),
        };
        let mut help = "add".to_owned();
        for function in missing.iter().take(MOST_WRITTEN_OUT) {
            help.push_str(&format!("\n    {} {{ todo!() }}", signature::rust(self.model, function, &self.module)));
        }
        self.wrong.push(Diagnostic::new(&self.user.trait_path, what).place(&first.place).help(help));
    }

    /// A diagnostic that shows both signatures.
    fn shown(&self, at: &impl ToTokens, what: String, function: &Function) -> Diagnostic {
        Diagnostic::new(at, what)
            .place(&function.place)
            .note(format!(" wit:  {}", signature::wit(self.model, function)))
            .note(format!(" rust: {}", signature::rust(self.model, function, &self.module)))
    }
}

/// The user's tokens as they would be typed.
fn written_out(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (spaced, tight) in
        [(" :: ", "::"), (" : ", ": "), ("& ", "&"), (" <", "<"), ("< ", "<"), (" >", ">"), (" ,", ","), (" ;", ";")]
    {
        text = text.replace(spaced, tight);
    }
    text
}
