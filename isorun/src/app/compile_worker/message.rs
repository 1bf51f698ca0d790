//! What a runtime and its worker say to each other: one request, one answer.

use std::io::{self, ErrorKind, Read, Write};

use super::WorkerLimits;
use crate::engine::precompiled::{self, Build, Code, HEADER, Key, Secret};

/// What a request begins with; another number for another layout.
const MAGIC: &[u8; 8] = b"isorunw\x01";

/// What a worker is told before the component: how to answer, and what it may use.
pub(super) struct Request {
    /// The secret of this one answer.
    pub(super) secret: [u8; 32],
    /// The runtime's engine.
    pub(super) build: Build,
    pub(super) key: Key,
    /// Bytes.
    pub(super) memory: u64,
    /// Seconds.
    pub(super) cpu: u64,
    /// How many bytes the component has, which follow.
    pub(super) length: u64,
}

impl Request {
    pub(super) fn new(secret: [u8; 32], build: Build, limits: &WorkerLimits, component: &[u8]) -> Request {
        let key = precompiled::key(&build, component);
        let whole = limits.cpu.as_secs().saturating_add((limits.cpu.subsec_nanos() > 0).into());
        Request { secret, build, key, memory: limits.memory, cpu: whole.max(1), length: component.len() as u64 }
    }

    pub(super) fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let numbers = [self.memory, self.cpu, self.length].map(u64::to_le_bytes);
        to.write_all(&[&MAGIC[..], &self.secret, &self.build, &self.key, numbers.as_flattened()].concat())
    }

    /// Reads all but the component.
    pub(super) fn read(from: &mut impl Read) -> io::Result<Request> {
        if take::<8>(from)? != *MAGIC {
            return Err(io::Error::new(ErrorKind::InvalidData, "this is no request of a runtime"));
        }
        let (secret, build, key) = (take(from)?, take(from)?, take(from)?);
        let mut number = || take(from).map(u64::from_le_bytes);
        Ok(Request { secret, build, key, memory: number()?, cpu: number()?, length: number()? })
    }
}

fn take<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// What a worker answers.
pub(super) enum Answer {
    Code(Code),
    /// The component is not valid, in the compiler's words.
    Invalid(String),
    /// The compiler or the worker itself failed, in its words.
    Failed(String),
    /// There was not enough memory.
    OutOfMemory,
    /// The worker's engine is another one than the runtime's.
    OtherBuild,
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// The output ended before it was whole.
    Cut,
    /// It was no worker that answered.
    Strange,
    /// There is more code than may be.
    TooLong,
}

/// The most bytes of words in an answer, which quote a component only in part.
const LONGEST_WORDS: u64 = 64 << 10;

impl Answer {
    /// The answer as bytes.
    pub(super) fn seal(&self, secret: [u8; 32], key: &Key) -> Vec<u8> {
        let secret = Secret::new(secret);
        let words = |kind: &str, words: &str| {
            let end = words.floor_char_boundary(LONGEST_WORDS as usize - 1);
            precompiled::seal_words(&secret, key, &[kind, &words[..end]].concat())
        };
        match self {
            Answer::Code(code) => precompiled::seal(&secret, key, code),
            Answer::Invalid(message) => words("i", message),
            Answer::Failed(message) => words("f", message),
            Answer::OutOfMemory => words("m", ""),
            Answer::OtherBuild => words("o", ""),
        }
    }

    /// Reads an answer with at most so many bytes of code. Nothing but a header is read of what is no worker's.
    pub(super) fn read(from: &mut impl Read, secret: [u8; 32], key: &Key, most: u64) -> Result<Answer, NoAnswer> {
        let secret = Secret::new(secret);
        let header = take::<HEADER>(from).map_err(|_| NoAnswer::Cut)?;
        if let Some(sealed) = precompiled::open(&secret, key, &header) {
            if sealed.length > most {
                return Err(NoAnswer::TooLong);
            }
            let bytes = content(from, sealed.length)?;
            return sealed.code(bytes).map(Answer::Code).ok_or(NoAnswer::Strange);
        }
        let sealed = precompiled::open_words(&secret, key, &header).ok_or(NoAnswer::Strange)?;
        if sealed.length() > LONGEST_WORDS {
            return Err(NoAnswer::Strange);
        }
        let bytes = content(from, sealed.length())?;
        let words = sealed.words(bytes).ok_or(NoAnswer::Strange)?;
        match (words.get(..1), words.get(1..)) {
            (Some("i"), Some(message)) => Ok(Answer::Invalid(message.into())),
            (Some("f"), Some(message)) => Ok(Answer::Failed(message.into())),
            (Some("m"), _) => Ok(Answer::OutOfMemory),
            (Some("o"), _) => Ok(Answer::OtherBuild),
            _ => Err(NoAnswer::Strange),
        }
    }
}

/// Reads so many bytes. Memory is taken as they come, not as they are announced.
fn content(from: &mut impl Read, length: u64) -> Result<Vec<u8>, NoAnswer> {
    let mut bytes = Vec::new();
    match from.take(length).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 == length => Ok(bytes),
        _ => Err(NoAnswer::Cut),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = [3; 32];

    fn read(bytes: &[u8], most: u64) -> Result<Answer, NoAnswer> {
        Answer::read(&mut &bytes[..], [7; 32], &KEY, most)
    }

    #[test]
    fn answers_come_as_they_were_given_and_no_others_do() {
        let engine = crate::engine::compiling().unwrap();
        let code = Code::compile(&engine, b"\0asm\x0d\0\x01\0").unwrap();
        let answer = Answer::Code(code).seal([7; 32], &KEY);
        let size = (answer.len() - HEADER) as u64;
        assert!(matches!(read(&answer, size), Ok(Answer::Code(_))));
        assert_eq!(read(&answer, size - 1).err(), Some(NoAnswer::TooLong));
        assert_eq!(read(&answer[..answer.len() - 1], size).err(), Some(NoAnswer::Cut));
        assert_eq!(read(&answer[..HEADER - 1], size).err(), Some(NoAnswer::Cut));
        let mut changed = answer.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(read(&changed, size).err(), Some(NoAnswer::Strange));
        assert_eq!(Answer::read(&mut &answer[..], [8; 32], &KEY, size).err(), Some(NoAnswer::Strange));
        assert_eq!(Answer::read(&mut &answer[..], [7; 32], &[4; 32], size).err(), Some(NoAnswer::Strange));
        assert_eq!(read(&[b'y'; 1000], size).err(), Some(NoAnswer::Strange));
        let long = "é".repeat(LONGEST_WORDS as usize);
        let answer = Answer::Invalid(long.clone()).seal([7; 32], &KEY);
        assert!(
            matches!(read(&answer, 0), Ok(Answer::Invalid(words)) if long.starts_with(&words) && words.len() > 60_000)
        );
        let answer = Answer::OutOfMemory.seal([7; 32], &KEY);
        assert!(matches!(read(&answer, 0), Ok(Answer::OutOfMemory)));
        let answer = Answer::OtherBuild.seal([7; 32], &KEY);
        assert!(matches!(read(&answer, 0), Ok(Answer::OtherBuild)));
    }

    #[test]
    fn a_request_is_read_as_it_was_written() {
        let limits = WorkerLimits { cpu: std::time::Duration::from_millis(1001), ..WorkerLimits::default() };
        let request = Request::new([1; 32], [2; 32], &limits, b"bytes");
        let mut bytes = Vec::new();
        request.write(&mut bytes).unwrap();
        let read = Request::read(&mut &bytes[..]).unwrap();
        assert_eq!((read.secret, read.build, read.key), ([1; 32], [2; 32], request.key));
        assert_eq!((read.memory, read.cpu, read.length), (limits.memory, 2, 5));
        assert!(Request::read(&mut &bytes[1..]).is_err());
    }
}
