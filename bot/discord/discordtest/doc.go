// Package discordtest is a fake Discord, for tests of Discord apps: a server on a
// loopback port with the REST API, the gateway, interactions by gateway and over
// HTTP, and attachments. It is written from Discord's documentation,
// https://docs.discord.com/developers, and knows nothing of any app or client
// library; the app may be a program of its own that a test starts and kills.
//
// # Use
//
//	s := discordtest.Start(t, discordtest.Options{})
//	// start the app with s.API() for https://discord.com/ and the bot's token s.Token()
//	s.WaitFor(t, 10*time.Second, "no gateway", s.Ready)
//	id := s.Mention(discordtest.Said{Channel: discordtest.General, Text: "help"})
//	s.WaitFor(t, 10*time.Second, "no answer", func() bool {
//		return len(s.Answers(discordtest.General, id)) == 1
//	})
//
// A new server has the guild [Acme] with the people [Alice], [Bob], [Admin] and
// [Owner], some channels, and the bot in it; [Server.AddGuild] and its like add
// more. [Server.SetInteractionsEndpoint] has interactions come over HTTP, signed;
// else they come by the gateway.
//
// # What people do
//
// [Server.Message], [Server.Mention], [Server.Direct], [Server.Edit],
// [Server.Delete], [Server.DeleteBulk], [Server.Unfurl], [Server.StartThread] and
// others change the world and send the events that Discord sends; [Server.Event] sends any
// event. A message that the bot may not view is not delivered, and without the
// intent MESSAGE_CONTENT it comes empty but for the documented exceptions.
//
// [Server.Command], [Server.MessageCommand], [Server.Autocomplete],
// [Server.Click], [Server.Choose] and [Server.Submit] wait for the app's first
// answer, do what it says and return it.
//
// # What the app did
//
// [Server.Messages], [Server.Thread], [Server.Answers], [Server.Ephemerals],
// [Server.Modal] show what people see, with earlier versions and reactions;
// [Server.Calls] what was called and how it was answered; [Server.Deliveries] each
// event that was sent. [Server.Wait] and [Server.WaitFor] wait for any of it without
// polling. All of these return copies.
//
// # What is refused
//
// Calls are answered as Discord answers them: with its codes, by the bot's
// permissions in the channel, and within the published limits, which are the rows
// of [Limits]. Embeds and components are validated strictly: a type or property
// that Discord does not document is refused. Characters are counted in the
// strictest way. Components V2 (the flag 1<<15) is refused: this server does not
// draw it.
//
// What Discord would bear and an app should not do is recorded in
// [Server.Violations]: a planted secret that is said, shown or logged
// ([Server.Plant], [Server.CheckLog]), pasted markup that works
// ([Server.PlantPaste]), a message or edit whose allowed_mentions do not exclude
// every mention, a User-Agent of another form, and others: see the rules. A test
// ends by asking that there are none.
//
// # When things go wrong
//
// [Server.Fault] makes calls fail, be slow, be cut off, or succeed and answer 502;
// [Server.Outage] has every call answered with 503, and [Server.Down] closes the
// port until [Server.Up]. [Server.DropSockets], [Server.CloseSockets],
// [Server.Reconnect], [Server.InvalidSession], [Server.Silence], [Server.Frame] and
// [Server.ForgetSessions] disturb the gateway. What happens while the bot is not
// connected is kept for a resume, up to Options.Replay events and for
// Options.ResumeFor; what happens before it identifies is not told to it at all.
//
// # Time
//
// Everything expires by the server's clock: the system's or Options.Now, plus what
// [Server.Advance] added. The deadline of an interaction's first answer and delays
// of faults are in real time. Ids and timestamps show the clock without the addition.
package discordtest
