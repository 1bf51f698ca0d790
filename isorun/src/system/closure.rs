//! A Rust closure as a WIT function: what an app's import at the root of its world can be given.

use crate::error::call::Result;
use crate::error::function::FunctionError;
use crate::image::Image;
use crate::image::codec::{Lift, Lower};
use crate::image::decode::decode_params;
use crate::image::encode::encode;
use crate::interface::function::{Function, function};
use crate::provider::system::Handler;
use crate::types::Type;

/// A closure that can serve as a WIT function: it takes and returns Rust values that stand for WIT values, such as `String`, `Vec<u8>`, `u32`,
/// `Option` and `Result` of them, tuples, and generated types. At most twelve parameters.
///
/// It is implemented for closures, and not by hand. `P` and `R` are what it takes and returns; they are inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot serve as a WIT function",
    label = "not a `Fn` of values that stand for WIT values",
    note = "write the types of the parameters, take them by value, and return a value: `|line: String, n: u32| -> u64 {{ .. }}`"
)]
pub trait HostFunction<P, R>: Send + Sync + 'static {
    /// The types of the parameters, and of the result if there is one.
    #[doc(hidden)]
    fn types() -> (Vec<Type>, Option<Type>);

    /// Calls it with parameters as an image, and gives the result as one.
    #[doc(hidden)]
    fn call_image(&self, params: &[u8]) -> Result<Image>;
}

/// The parameters as a cons list: see `image/params.rs`.
macro_rules! cons {
    () => { () };
    ($first:ident $($rest:ident)*) => { ($first, cons!($($rest)*)) };
}
macro_rules! host_function {
    ($($param:ident $value:ident)*) => {
        impl<F, R, $($param,)*> HostFunction<cons!($($param)*), R> for F
        where
            F: Fn($($param),*) -> R + Send + Sync + 'static,
            R: Lower,
            $($param: Lift,)*
        {
            fn types() -> (Vec<Type>, Option<Type>) {
                // Only `()`, which stands for no result, takes no room.
                (vec![$($param::ty()),*], (R::LAYOUT.size > 0).then(R::ty))
            }

            fn call_image(&self, params: &[u8]) -> Result<Image> {
                let cons!($($value)*) = decode_params(params)?;
                Ok(encode(&self($($value),*))?)
            }
        }
    };
}

host_function!();
host_function!(A a);
host_function!(A a B b);
host_function!(A a B b C c);
host_function!(A a B b C c D d);
host_function!(A a B b C c D d E e);
host_function!(A a B b C c D d E e G g);
host_function!(A a B b C c D d E e G g H h);
host_function!(A a B b C c D d E e G g H h I i);
host_function!(A a B b C c D d E e G g H h I i J j);
host_function!(A a B b C c D d E e G g H h I i J j K k);
host_function!(A a B b C c D d E e G g H h I i J j K k L l);
host_function!(A a B b C c D d E e G g H h I i J j K k L l M m);

/// Checks that a closure takes and gives what the function does.
pub(crate) fn check<P, R, F: HostFunction<P, R>>(wanted: &Function) -> Result<(), FunctionError> {
    let (params, result) = F::types();
    // The closure's parameters have no names, so they are compared, and shown, with those of the function.
    let names = wanted.params().iter().map(|param| param.label.to_string());
    let names = names.chain((wanted.params().len()..).map(|number| format!("p{number}")));
    let closure = function(wanted.name(), names.zip(params), result);
    match closure == *wanted {
        true => Ok(()),
        false => Err(FunctionError { function: wanted.clone(), closure }),
    }
}

/// The closure as the only function of a system.
pub(crate) fn handler<P, R, F: HostFunction<P, R>>() -> Handler<F> {
    Box::new(|closure, _, params| Box::pin(std::future::ready(closure.call_image(params.as_bytes()))))
}
