//! The change stream over a WebSocket: one subscription per connection, in JSON messages, at the
//! pace that the client sets.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Data, Payload};
use actix_web::{Error, HttpRequest, HttpResponse, get};
use actix_ws::{
    AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, Closed, Session,
};
use actors::Cursor;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout};

use crate::answer::no_picture;
use crate::changes::{Portion, Wish};
use crate::http::consumers::{acknowledged, left_off};
use crate::picture::Picture;
use crate::piece::Piece;
use crate::problem::Problem;
use crate::projections::{Projections, StreamSlot};
use crate::query::parse_nothing;
use crate::selection::{Selection, SelectionLists};
use crate::stream::{PORTION, bad_cursor};
use crate::subscription::Asked;
use crate::teller::Teller;

/// How long a client may take to subscribe.
const SUBSCRIBE_WITHIN: Duration = Duration::from_secs(10);
/// Largest message of a client, bytes.
const MESSAGE_BYTES_MAX: usize = 16 * 1024;
/// A client that has not answered so many heartbeats is gone.
const UNANSWERED_MAX: u32 = 3;
/// Entries that a client may grant altogether.
const CREDIT_MAX: u64 = 1_000_000_000;

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Said {
    Subscribe(Box<Subscribe>),
    /// It takes so many entries more.
    Credit {
        entries: u64,
    },
    /// It has everything up to and including this.
    Ack {
        cursor: String,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subscribe {
    plant: String,
    from: Option<String>,
    #[serde(default)]
    snapshot: bool,
    #[serde(default)]
    delta: bool,
    #[serde(default = "yes")]
    coalesce: bool,
    consumer: Option<String>,
    /// Entries that it takes; as many as come when absent.
    credit: Option<u64>,
    #[serde(default)]
    select: SelectionLists,
}

fn yes() -> bool {
    true
}

/// The answer to a subscription.
#[derive(Debug, Serialize)]
struct Subscribed<'a> {
    plant: &'a str,
    consumer: Option<&'a str>,
    credit: Option<u64>,
}

/// The changes of a plant over a WebSocket.
///
/// The client begins with `{"type": "subscribe", "plant": "P1"}` and what else it wants: `from`,
/// `snapshot`, `delta`, `coalesce`, `consumer`, `credit`, and `select` with lists named `event`,
/// `kind`, `id`, `state`, `notice` and `code`. `{"type": "credit", "entries": 100}` grants more
/// entries, `{"type": "ack", "cursor": "1-42-1"}` confirms as the named consumer. Each message of
/// the twin has `event`, `data`, and `cursor` where it is a position to come back with.
#[utoipa::path(
    get,
    path = "/api/v1/stream/ws",
    tag = "stream",
    responses(
        (status = 101, description = "The protocol is WebSocket from here on"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/stream/ws")]
pub(crate) async fn get_web_socket(
    projections: Data<Projections>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Error> {
    parse_nothing(request.query_string())?;
    if !request.headers().contains_key("sec-websocket-key") {
        let detail = "this address speaks WebSocket; /api/v1/stream has the same as server-sent \
                      events";
        return Err(Problem::bad_query(detail.to_owned()).into());
    }
    let slot = projections.stream_slot()?;
    let (response, session, messages) = actix_ws::handle(&request, body)?;
    let messages = messages
        .max_frame_size(MESSAGE_BYTES_MAX)
        .aggregate_continuations()
        .max_continuation_size(MESSAGE_BYTES_MAX);
    actix_web::rt::spawn(async move {
        let ended = serve(&projections, session.clone(), messages, slot).await;
        let reason = match ended {
            Ok(()) => CloseReason::from(CloseCode::Away),
            Err(End::Refused(problem)) => refuse(session.clone(), &problem).await,
            // There is nobody to tell.
            Err(End::Gone) => return,
        };
        session.close(Some(reason)).await.ok();
    });
    Ok(response)
}

/// Tells what was wrong before the connection is closed.
async fn refuse(mut session: Session, problem: &Problem) -> CloseReason {
    let message = Piece::made(None, "error", problem).message();
    if let Ok(text) = std::str::from_utf8(&message) {
        session.text(text.to_owned()).await.ok();
    }
    CloseReason::from(CloseCode::Policy)
}

/// Why a connection ends before its plant does.
enum End {
    Gone,
    Refused(Problem),
}

impl From<Closed> for End {
    fn from(_: Closed) -> End {
        End::Gone
    }
}

impl From<Problem> for End {
    fn from(problem: Problem) -> End {
        End::Refused(problem)
    }
}

async fn serve(
    projections: &Projections,
    mut session: Session,
    mut messages: AggregatedMessageStream,
    slot: StreamSlot,
) -> Result<(), End> {
    let first = async {
        loop {
            if let Some(said) = heard(&mut messages, &mut session).await? {
                return Ok::<Said, End>(said);
            }
        }
    };
    let Ok(first) = timeout(SUBSCRIBE_WITHIN, first).await else {
        let wait = SUBSCRIBE_WITHIN.as_secs();
        let detail = format!("nothing was subscribed to within {wait} s");
        return Err(Problem::bad_query(detail).into());
    };
    let Said::Subscribe(asked) = first? else {
        let detail = "the first message must be of the type subscribe".to_owned();
        return Err(Problem::bad_query(detail).into());
    };
    let picture = Arc::clone(projections.picture(&asked.plant)?);
    let teller = begin(projections, &picture, &asked, slot).await?;
    let subscribed = Subscribed {
        plant: &asked.plant,
        consumer: asked.consumer.as_deref(),
        credit: asked.credit,
    };
    let greeting = Piece::made(teller.given(), "subscribed", &subscribed);
    send(&mut session, &greeting).await?;
    Connection {
        picture,
        consumer: asked.consumer,
        credit: asked.credit,
        session,
        unanswered: 0,
    }
    .go_on(teller, messages, projections.heartbeat())
    .await
}

async fn begin(
    projections: &Projections,
    picture: &Arc<Picture>,
    asked: &Subscribe,
    slot: StreamSlot,
) -> Result<Teller, Problem> {
    let left = match &asked.consumer {
        Some(name) => left_off(picture, name).await?,
        None => None,
    };
    let from = match &asked.from {
        Some(from) => Some(from.parse::<Cursor>().map_err(|_| bad_cursor(from))?),
        None => left,
    };
    let asked = Asked {
        from,
        with_snapshot: asked.snapshot,
        wish: Wish {
            selection: Selection::new(&asked.select)?,
            coalesces: asked.coalesce,
            with_base: asked.delta,
            is_patient: false,
        },
    };
    Teller::begin(picture, asked, projections.heartbeat(), slot)
        .ok_or_else(|| no_picture(picture.handle().plant().as_str()))
}

/// A connection that has subscribed.
struct Connection {
    picture: Arc<Picture>,
    consumer: Option<String>,
    /// Entries that the client still takes; as many as come when `None`.
    credit: Option<u64>,
    session: Session,
    /// Heartbeats since the client was last heard of.
    unanswered: u32,
}

impl Connection {
    async fn go_on(
        mut self,
        mut teller: Teller,
        mut messages: AggregatedMessageStream,
        heartbeat: Duration,
    ) -> Result<(), End> {
        let mut ping_at = Instant::now() + heartbeat;
        loop {
            let portion = self.portion();
            tokio::select! {
                heard = heard(&mut messages, &mut self.session) => {
                    self.unanswered = 0;
                    if let Some(said) = heard? {
                        self.take(said).await?;
                    }
                }
                pieces = teller.next(portion) => {
                    let Some(pieces) = pieces else { return Ok(()) };
                    for piece in &pieces {
                        send(&mut self.session, piece).await?;
                        if let Some(credit) = &mut self.credit {
                            *credit = credit.saturating_sub(piece.entries() as u64);
                        }
                    }
                }
                () = tokio::time::sleep_until(ping_at) => {
                    ping_at = Instant::now() + heartbeat;
                    self.unanswered += 1;
                    if self.unanswered > UNANSWERED_MAX {
                        return Err(End::Gone);
                    }
                    self.session.ping(b"").await?;
                }
            }
        }
    }

    /// What may be sent at once.
    fn portion(&self) -> Portion {
        let credit = self.credit.unwrap_or(u64::MAX);
        Portion {
            entries_max: usize::try_from(credit)
                .unwrap_or(usize::MAX)
                .min(PORTION.entries_max),
            ..PORTION
        }
    }

    async fn take(&mut self, said: Said) -> Result<(), End> {
        match said {
            Said::Subscribe(_) => {
                let detail = "one subscription is all that a connection has; open another one";
                Err(Problem::bad_query(detail.to_owned()).into())
            }
            Said::Credit { entries } => {
                let credit = self.credit.unwrap_or(0).saturating_add(entries);
                self.credit = Some(credit.min(CREDIT_MAX));
                Ok(())
            }
            Said::Ack { cursor } => {
                let Some(name) = &self.consumer else {
                    let detail = "only a subscription with `consumer` can confirm".to_owned();
                    return Err(Problem::bad_query(detail).into());
                };
                let confirmed = acknowledged(&self.picture, name, &cursor).await?;
                send(&mut self.session, &Piece::made(None, "acked", &confirmed)).await?;
                Ok(())
            }
        }
    }
}

/// The next message of the client; `None` of one that only says that it is there. Safe to cancel.
async fn heard(
    messages: &mut AggregatedMessageStream,
    session: &mut Session,
) -> Result<Option<Said>, End> {
    let wrong = |what: String| End::Refused(Problem::bad_query(what));
    match messages.recv().await {
        Some(Ok(AggregatedMessage::Text(text))) => serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| wrong(format!("the message is not understood: {error}"))),
        Some(Ok(AggregatedMessage::Ping(bytes))) => {
            session.pong(&bytes).await?;
            Ok(None)
        }
        Some(Ok(AggregatedMessage::Pong(_))) => Ok(None),
        Some(Ok(AggregatedMessage::Binary(_))) => {
            Err(wrong("messages are JSON in text frames".to_owned()))
        }
        Some(Ok(AggregatedMessage::Close(_))) | None => Err(End::Gone),
        Some(Err(error)) => Err(wrong(format!("the message is not understood: {error}"))),
    }
}

async fn send(session: &mut Session, piece: &Piece) -> Result<(), Closed> {
    let message = piece.message();
    // A message is put together from JSON texts.
    let text = String::from_utf8_lossy(&message).into_owned();
    session.text(text).await
}
