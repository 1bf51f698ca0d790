pub mod gated {
    ::isorun::__private::interface! {
        Interface, Caller, "topics:gated/gated@1.0.0" { "get"(); } without { "expire" if
        "expiry"; "clear" if "admin"; }
    }
}
