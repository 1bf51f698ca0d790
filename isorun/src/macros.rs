//! The attributes, with the docs that users read.
//!
//! They are implemented in `isorun-macros`. Their docs stand here, where the examples in them can be compiled and run: if they stood there,
//! that crate would need this one for its tests, and would build it, with the engine, a second time.

/// Generates the Rust side of one WIT interface into a module: its types, the host trait, `Interface`, `Caller`, and the
/// trait's impl for `isorun::Remote<Interface>`.
///
/// ```
/// #[isorun::interface("wit/kv.wit")]
/// pub mod kv {}
///
/// async fn read(store: &kv::Caller) -> isorun::Result<Option<Vec<u8>>> {
///     Ok(store.get("name").fuel(1_000_000).await?.unwrap_or_default())
/// }
/// # fn main() { let _ = read; }
/// ```
///
/// The path is relative to the root of the crate and names a `.wit` file or a folder that is a package; packages that are
/// used are looked for in `deps/` beside it. A file that is one of several of a package may be named alone: its folder is
/// read if the file does not resolve by itself. Without a path, `mod kv {}` means `wit/kv.wit`, or the folder `wit/kv/`.
///
/// | in the module | what it is |
/// | --- | --- |
/// | types | a record is a struct, a variant or enum is an enum, flags are a struct with constants; with the docs of the WIT |
/// | `Kv` | the host trait: what a provider of the interface does. `Caller`, `isorun::Remote<Interface>` and every system implement it |
/// | `Interface` | the interface as a type: `runtime.register::<kv::Interface>()`, `instance.caller::<kv::Interface>()` |
/// | `Caller` | a method for each function, which takes its arguments borrowed and gives an `isorun::Call` |
///
/// # Options
///
/// All of them follow the path. A misspelt one is an error that names the nearest.
///
/// **`interface = "ns:pkg/name@1.0.0"`**: which interface, where there are several. `"name"` is enough if only one is called so.
/// Without this option it is the interface that is called like the module, or the only one.
///
/// ```
/// #[isorun::interface("wit/kv.wit", interface = "acme:kv/admin")]
/// pub mod maintenance {}
///
/// async fn count(store: &maintenance::Caller) -> isorun::Result<usize> {
///     Ok(store.entries(Some(100)).await?.len())
/// }
/// # fn main() { let _ = count; }
/// ```
///
/// **`world = "app"`**: a part of that world of the package. With `interface = ".."`, or else by the module's name, it is an interface that
/// the world imports or exports: one that is written in it, under its plain name; or one that it names, where `primary` of
/// `import primary: acme:app/store` means the interface `acme:app/store`. If nothing is called so and `interface` is not given, it is the
/// functions at the world's root, as an interface whose name is `$root`; its trait is called like the world. Where both an import and an
/// export fit, `imports` or `exports` says which is meant.
///
/// ```
/// #[isorun::interface("wit/app.wit", world = "app")]
/// pub mod clip {}
///
/// #[isorun::interface("wit/app.wit", world = "app", imports)]
/// pub mod app {}
///
/// struct Desktop;
///
/// #[isorun::system]
/// impl clip::Clip for Desktop {
///     fn paste(&self) -> String {
///         "what was copied".into()
///     }
/// }
///
/// #[isorun::system]
/// impl app::App for Desktop {
///     fn log(&self, line: &str) {
///         println!("{line}");
///     }
/// }
/// # fn main() {}
/// ```
///
/// **`with("ns:pkg/types" = path::of::module)`**: types that come from that interface are taken from that module, in this crate
/// or another one, so that several modules share them.
///
/// ```
/// #[isorun::interface("wit/kv.wit", interface = "types")]
/// pub mod types {}
///
/// #[isorun::interface("wit/kv.wit", with("acme:kv/types" = self::types))]
/// pub mod kv {}
///
/// #[isorun::interface("wit/kv.wit", interface = "admin", with("acme:kv/types" = self::types))]
/// pub mod admin {}
///
/// async fn copy(from: &admin::Caller, to: &kv::Caller) -> isorun::Result<()> {
///     for entry in from.entries(None).await? {
///         if let Err(types::Error::Full(bytes)) = to.put(&entry).await? {
///             println!("{bytes} bytes are missing");
///         }
///     }
///     Ok(())
/// }
/// # fn main() { let _ = copy; }
/// ```
///
/// **`derives(Eq, Hash)`**: more derives for every record, variant, enum and flags type, beside `Clone`, `Debug` and
/// `PartialEq` (and `Copy`, `Eq`, `Hash`, `Ord` of enums and flags).
///
/// ```
/// #[isorun::interface("wit/kv.wit", derives(Eq, Hash, PartialOrd, Ord))]
/// pub mod kv {}
///
/// fn sorted(mut entries: Vec<kv::Entry>) -> Vec<kv::Entry> {
///     entries.sort();
///     entries
/// }
/// # fn main() { let _ = sorted; }
/// ```
///
/// **`features("name")`**: includes the items behind `@unstable(feature = name)`, which are left out otherwise. An app that imports a
/// function that is left out is told which feature it is behind.
///
/// ```
/// #[isorun::interface("wit/kv.wit", features("expiry"))]
/// pub mod kv {}
///
/// async fn forget(store: &kv::Caller) -> isorun::Result<()> {
///     store.expire("name", 60).await
/// }
/// # fn main() { let _ = forget; }
/// ```
///
/// **`crate = path`**: where generated code finds `isorun`, for a crate that does not depend on it but gets it re-exported.
///
/// ```
/// mod framework {
///     pub use isorun::*;
/// }
///
/// #[isorun::interface("wit/kv.wit", crate = crate::framework)]
/// pub mod kv {}
/// # fn main() {}
/// ```
///
/// # Testing without a guest
///
/// Code that uses an interface takes `&impl kv::Kv`, and a test hands it a mock: an `impl` of the trait with an `async fn` for
/// each function. It needs neither a component nor a runtime.
///
/// ```
/// #[isorun::interface("wit/kv.wit")]
/// pub mod kv {}
///
/// async fn greeting(store: &impl kv::Kv, cx: &isorun::Cx) -> isorun::Result<String> {
///     let name = store.get(cx, "name").await?.unwrap_or_default();
///     Ok(format!("Hello, {}!", String::from_utf8_lossy(&name.unwrap_or_default())))
/// }
///
/// struct Ada;
///
/// impl kv::Kv for Ada {
///     async fn get(&self, _: &isorun::Cx, _: &str) -> isorun::Result<Result<Option<Vec<u8>>, kv::Error>> {
///         Ok(Ok(Some("Ada".into())))
///     }
///     async fn put(&self, _: &isorun::Cx, _: &kv::Entry) -> isorun::Result<Result<(), kv::Error>> {
///         Ok(Err(kv::Error::Full(1)))
///     }
/// }
///
/// # async fn test() -> Result<(), Box<dyn std::error::Error>> {
/// let cx = isorun::Cx::root(isorun::Budget::default());
/// assert_eq!(greeting(&Ada, &cx).await?, "Hello, Ada!");
/// # Ok(()) }
/// # fn main() {
/// #     let (mut test, mut cx) = (std::pin::pin!(test()), std::task::Context::from_waker(std::task::Waker::noop()));
/// #     while test.as_mut().poll(&mut cx).map(Result::unwrap).is_pending() {}
/// # }
/// ```
///
/// For code that takes a `kv::Caller`, a runtime makes one from a system, still without a guest: see
/// [`macro@system`](attr.system.html#testing-without-a-guest).
///
/// # Names
///
/// Kebab case becomes Rust's case; a keyword gets a trailing `_` (`type_`), and names that would be equal get a number
/// (`Is64Bit`, `Is64Bit2`). A type that would be called `Interface`, `Caller`, `Cx` or like the trait gets the suffix `Type`; a
/// trait that would be called like one of the three, the suffix `Trait`. A type that the interface uses from another one
/// has the name that the interface gives it; a type that is reached only through another type has its own name, with the
/// name of its interface in front if that is taken (`TypesError`).
///
/// A type is an error, with `Display` and `std::error::Error`, if a function of its package fails with it, or if its name
/// is or ends in `error` or `error-code`.
///
/// # When the provider fails
///
/// A guest whose provider traps, is poisoned, busy, gone or out of reach is stopped, since the function that it called has no
/// value to return, unless the interface can express the failure. If the error type of a function is a variant or an enum with the
/// case `provider-down`, the guest gets that error and continues:
///
/// ```wit
/// variant error {
///     not-found,
///     /// Whoever provides this has failed; the text is the kind of failure, such as `trap` or `busy`.
///     provider-down(string),
/// }
/// get: func(key: string) -> result<list<u8>, error>;
/// ```
///
/// The case has a `string` or no payload. The guest learns nothing else about the host. A call that ends because its own budget has
/// run out, or because its caller has gone, stops the guests that take part in it in any case. A method of a Rust system may return
/// any value of the interface; an `Err` of `isorun::Result` stops the caller.
///
/// # What it is made from
///
/// Editing a WIT file rebuilds the crate. A *new* file in a folder is not noticed until something else causes a rebuild, since a
/// macro on stable Rust can tell cargo about files but not about folders. A build script with
/// `println!("cargo::rerun-if-changed=wit")` solves that.
///
/// With `ISORUN_EXPAND_DIR=dir` in the environment, the generated code is written to `dir`, one file for each attribute, with line
/// breaks and indentation.
///
/// # Beside other macros
///
/// `wasmtime::component::bindgen!` (48) is for hosts of one world, `wit_bindgen_wrpc::generate!` for peers on a network.
///
/// | | isorun | `bindgen!` | `wit-bindgen-wrpc` |
/// | --- | --- | --- | --- |
/// | unit | one interface in one module, of any provider | a world: all imports and exports of a component | a world: what is invoked and what is served |
/// | resources | refused, with what to do instead | **yes** | **yes** |
/// | `stream`, `future`, `async func` | refused, with what to do instead | **yes** | **yes**: an `async func` as a plain one |
/// | functions at the root of a world | yes, as an interface: `world` | **yes** | **yes** |
/// | WIT in the macro call | no: files and folders | **`inline`** | **`inline`** |
/// | parameters of a function | 100 | 17 | not measured |
/// | a host method is sync or async | as the impl is written, method by method | as the macro call says, by function | async |
/// | a host method takes | owned or borrowed, as the impl is written | owned | owned |
/// | a host method can stop the caller | returns `isorun::Result`, or not | `trappable`, by function | returns `anyhow::Result` |
/// | Rust errors in place of WIT errors | no: the impl converts | **`trappable_error_type`** | no |
/// | access to the store | no: `&self` and `&Cx` | **`&mut self`, or the store with `store`** | no: there is none |
/// | a wrong impl is explained | with WIT, place and both signatures, all at once | by rustc, in terms of the generated trait | by rustc, in terms of the generated trait |
/// | a caller takes | borrowed arguments | owned or borrowed: `ownership` | borrowed where it can |
/// | guest, remote and Rust code behind one trait | **yes** | no: guests are called, hosts are implemented | no: peers are called, servers are implemented |
/// | budget, deadline and receipt of a call | **yes** | by hand: fuel and epochs of the store | by hand: by the transport |
/// | test without a guest | a mock of the trait | of `Host`; exports need a component | of `Handler`; invocations need a transport |
/// | share types between modules | `with`, by interface | **`with`, by interface, package, namespace or resource** | `with`, by interface |
/// | extra derives | `derives` | `additional_derives` | `additional_derives`, **with exceptions** |
/// | `@unstable` gates | `features`; the rest does not exist | all generated; `LinkOptions` says which are linked, at run time | `features` |
/// | `cargo check` of a crate with 1, 50, 500 functions | 0.35, 0.41, 1.3 s | 0.33, 0.47, 2.3 s (imported and exported) | not measured |
/// | see what was generated | `ISORUN_EXPAND_DIR` | `WASMTIME_DEBUG_BINDGEN`, compiled from there | `WIT_BINDGEN_DEBUG`, compiled from there |
/// | tracing of calls | **yes**: a span and an event for metrics, every call | **`tracing`, by function** | **yes** |
/// | no `std` | no | **yes** | no |
#[doc(inline)]
pub use isorun_macros::interface;

/// Makes a Rust type the system behind an interface, and checks the impl against the WIT.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::Mutex;
///
/// #[derive(Default)]
/// struct Memory(Mutex<HashMap<String, Vec<u8>>>);
///
/// #[isorun::system("wit/kv.wit")] // generates `pub mod kv` too; without a path the module exists already
/// impl kv::Kv for Memory {
///     fn get(&self, key: &str) -> Result<Option<Vec<u8>>, kv::Error> {
///         Ok(self.0.lock().unwrap().get(key).cloned())
///     }
///
///     async fn put(&self, cx: &isorun::Cx, entry: kv::Entry) -> Result<(), kv::Error> {
///         println!("{:?} writes `{}`", cx.caller(), entry.key);
///         self.0.lock().unwrap().insert(entry.key, entry.value);
///         Ok(())
///     }
/// }
/// # fn main() { let _ = Memory::default(); }
/// ```
///
/// A method takes `&self` and may be sync or async. It takes its arguments owned (`String`, `Vec<T>`, `Record`) or borrowed
/// (`&str`, `&[T]`, `&Record`, `Option<&str>`), each as it likes, and `cx: &isorun::Cx` first if it wants to know who calls.
/// It returns the WIT type, or `isorun::Result` of it if it can stop the caller. A sync method that takes `&[u8]` reads the
/// guest's memory in place.
///
/// A sync method is the cheaper one, and runs on the thread that polls the call: neither other tasks of that thread nor the guest's
/// deadline can interrupt it. Write a method as `async fn` if it waits, or takes longer than some dozen microseconds. A guest that
/// calls slow sync methods again and again yields the thread between them, after the first hundred.
///
/// A method that does not fit the WIT is an error at the tokens of that method, with the place in the WIT and both signatures. All
/// mistakes are reported at once, and those about a misspelt or missing function say what to write.
///
/// The options are those of [`macro@interface`]. They belong to the attribute that has the path.
///
/// ```
/// #[isorun::interface("wit/kv.wit", interface = "admin", derives(Eq))]
/// pub mod admin {}
///
/// struct Nothing;
///
/// #[isorun::system]
/// impl admin::Admin for Nothing {
///     fn entries(&self, _limit: Option<u32>) -> isorun::Result<Vec<admin::Entry>> {
///         Ok(Vec::new())
///     }
/// }
/// # fn main() {}
/// ```
///
/// # Testing without a guest
///
/// A system is called like an app's instance, so a test of code that takes a `Caller` hands it a system's:
///
/// ```
/// #[isorun::interface("wit/kv.wit")]
/// pub mod kv {}
///
/// async fn has(store: &kv::Caller, key: &str) -> isorun::Result<bool> {
///     Ok(matches!(store.get(key).await?, Ok(Some(_))))
/// }
///
/// struct Fake;
///
/// #[isorun::system]
/// impl kv::Kv for Fake {
///     fn get(&self, key: &str) -> Result<Option<Vec<u8>>, kv::Error> {
///         if key == "broken" { Err(kv::Error::NotFound) } else { Ok((key == "there").then(Vec::new)) }
///     }
///     fn put(&self, _: &kv::Entry) -> Result<(), kv::Error> {
///         Ok(())
///     }
/// }
///
/// # async fn test() -> Result<(), Box<dyn std::error::Error>> {
/// let runtime = isorun::Runtime::new()?;
/// let store = runtime.provide(Fake).caller::<kv::Interface>()?;
/// assert!(has(&store, "there").await? && !has(&store, "gone").await? && !has(&store, "broken").await?);
/// # Ok(()) }
/// # fn main() {
/// #     let (mut test, mut cx) = (std::pin::pin!(test()), std::task::Context::from_waker(std::task::Waker::noop()));
/// #     while test.as_mut().poll(&mut cx).map(Result::unwrap).is_pending() {}
/// # }
/// ```
///
/// The system itself is tested like any Rust type: its methods are those of `kv::Kv`, and
/// `isorun::Cx::root(isorun::Budget::default())` is the context that they are called with.
///
/// # `#[cfg]`
///
/// A method may stand behind `#[cfg(..)]` if every configuration has one for its function: two methods of one name are
/// alternatives. A function that has none in some configuration is not reported by the attribute but by rustc, as a missing
/// item of the trait.
#[doc(inline)]
pub use isorun_macros::system;
