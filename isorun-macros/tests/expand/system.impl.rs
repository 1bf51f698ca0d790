/// Docs of the user's.
#[cfg(unix)]
impl<T> system::System for Mine<T>
where
    T: Send + Sync + 'static,
{
    fn none(&self) {}
    fn values(&self, a: u8, b: &u8, _c: system::Level, d: &system::Level) {}
    fn texts(&self, a: &str, mut b: String, c: &[u8], d: Vec<u8>) {}
    fn records(&self, a: &system::Entry, b: system::Entry, (one, two): (u8, u8)) {}
    async fn options(
        &self,
        a: Option<u8>,
        b: Option<&str>,
        c: Option<String>,
        d: &Option<String>,
        e: Option<&system::Entry>,
        f: Option<&Option<u8>>,
    ) {
    }
    async fn waits(&self, cx: &isorun::Cx, a: String, b: &[system::Entry]) -> Result<u64, system::Error> {
        Ok(0)
    }
    fn knows(&self, cx: &isorun::Cx, level: u8) -> isorun::Result<Result<(), system::Error>> {
        Ok(Ok(()))
    }
    fn stops(&self) -> isorun::Result<u8> {
        Ok(0)
    }
}
