//! A connection that has logged in: requests are recorded, handled and answered, one after the other.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncWrite, WriteHalf};
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::answer::{Answer, Interruption};
use super::connection::Transport;
use super::fault::Fault;
use super::login::Login;
use super::packet::{ATTENTION, Message, Outgoing};
use super::peer::Service;
use super::reply::Reply;
use super::request::{Kind, Request, Transaction};
use super::token::{ATTENTION_SEEN, DONE, put_done};

pub(super) struct Session {
    pub(super) service: Arc<Service>,
    pub(super) connection: u64,
    pub(super) login: Arc<Login>,
    pub(super) packet_size: usize,
}

impl Session {
    /// Serves until the client leaves or a reply hangs up. Reading goes on while an answer is written, so that an
    /// attention or the client's leaving is noticed in the middle of it.
    pub(super) async fn run(self, transport: Transport) -> io::Result<()> {
        let (mut incoming, outgoing) = tokio::io::split(transport);
        let (sender, messages) = mpsc::channel(1);
        let reading = async {
            forward(&mut incoming, sender).await;
            std::future::pending::<()>().await;
        };
        let outgoing = Outgoing::new(outgoing, self.packet_size);
        tokio::select! {
            ended = self.answer_all(messages, outgoing) => ended,
            () = reading => unreachable!("it is pending"),
        }
    }

    async fn answer_all(
        self,
        mut messages: Receiver<Message>,
        mut outgoing: Outgoing<WriteHalf<Transport>>,
    ) -> io::Result<()> {
        let mut transaction = None;
        while let Some(message) = messages.recv().await {
            let request = Request::decode(&message, self.connection, &self.login, transaction.is_some())
                .unwrap_or_else(|error| panic!("{error} in {message:x?}"));
            self.service.record.request(&request);
            if message.kind == ATTENTION {
                acknowledge(&mut outgoing).await?;
                continue;
            }
            self.service.settings.remember(&request);
            let reply = (self.service.settings.handler)(&request).unwrap_or_else(|| default_reply(&request));
            let in_procedure = matches!(request.kind, Kind::ExecuteSql | Kind::Rpc(_));
            let answer = Answer::new(&mut outgoing, &mut messages, &mut transaction, in_procedure);
            match answer.send(reply).await {
                Ok(()) => {}
                Err(Interruption::Attention) => {
                    self.service.record.request(&request.attention());
                    acknowledge(&mut outgoing).await?;
                }
                Err(Interruption::ClientLeft) => {
                    self.service.record.cut_short();
                    return Ok(());
                }
                Err(Interruption::HangUp) => return Ok(()),
            }
        }
        Ok(())
    }
}

/// Hands on what the client says until it leaves.
async fn forward(incoming: &mut tokio::io::ReadHalf<Transport>, sender: Sender<Message>) {
    while let Ok(message) = Message::read(incoming).await {
        if sender.send(message).await.is_err() {
            return;
        }
    }
}

/// What a request is answered with that the handler does not know: transactions are obeyed, everything else is wrong.
fn default_reply(request: &Request) -> Reply {
    match &request.kind {
        Kind::TransactionManager(Transaction::Begin { .. }) => Reply::new().tx_begin(),
        Kind::TransactionManager(Transaction::Commit) if request.in_transaction => Reply::new().tx_end(true),
        Kind::TransactionManager(Transaction::Rollback) if request.in_transaction => Reply::new().tx_end(false),
        Kind::TransactionManager(Transaction::Commit) => Reply::new().error(Fault::new(3902, "nothing to commit")),
        Kind::TransactionManager(Transaction::Rollback) => Reply::new().error(Fault::new(3903, "nothing to roll back")),
        Kind::TransactionManager(Transaction::Save(_)) => Reply::new(),
        Kind::Rpc(name) => Reply::new().error(Fault::unknown(name)),
        Kind::Batch | Kind::ExecuteSql | Kind::Attention => Reply::new().error(Fault::unknown(&request.sql)),
    }
}

/// Says that the attention was seen. The client throws away what came before.
async fn acknowledge(outgoing: &mut Outgoing<impl AsyncWrite + Unpin>) -> io::Result<()> {
    put_done(outgoing.buffer(), DONE, ATTENTION_SEEN, 0);
    outgoing.finish().await
}
