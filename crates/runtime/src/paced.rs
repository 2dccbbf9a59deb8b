//! A session whose work is measured, and paced where there is a power budget.

use std::ops::{Deref, DerefMut};

use edgescore_engine::{DecodeError, Session, Token};

use crate::meter::Meter;

/// A session and its meter. What computes goes past the meter; everything else is the
/// session's own.
pub struct Paced<'m> {
    session: Session<'m>,
    /// Its meter.
    pub meter: Meter,
}

impl<'m> Paced<'m> {
    /// `session`, measured by `meter`.
    pub fn new(session: Session<'m>, meter: Meter) -> Paced<'m> {
        Paced { session, meter }
    }

    /// The meter, when nothing more is to be computed.
    pub fn into_meter(self) -> Meter {
        self.meter
    }

    /// [`Session::prefill`].
    pub fn prefill(&mut self, tokens: &[Token]) -> Result<(), DecodeError> {
        let piece = self.meter.piece();
        self.session.append(tokens, true, piece, &mut self.meter)
    }

    /// [`Session::extend`].
    pub fn extend(&mut self, tokens: &[Token]) -> Result<(), DecodeError> {
        let piece = self.meter.piece();
        self.session.append(tokens, false, piece, &mut self.meter)
    }

    /// [`Session::decode`].
    pub fn decode(&mut self, token: Token) -> Result<(), DecodeError> {
        self.prefill(&[token])
    }
}

impl<'m> Deref for Paced<'m> {
    type Target = Session<'m>;

    fn deref(&self) -> &Session<'m> {
        &self.session
    }
}

impl<'m> DerefMut for Paced<'m> {
    fn deref_mut(&mut self) -> &mut Session<'m> {
        &mut self.session
    }
}
