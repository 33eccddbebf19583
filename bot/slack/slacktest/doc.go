// Package slacktest is a fake Slack, for tests of Slack apps: a server on a
// loopback port with the Web API, the Events API, Socket Mode, slash commands and
// interactivity, response_urls, files and OAuth. It is written from Slack's
// documentation and knows nothing of any app or client library; the app may be a
// program of its own that a test starts and kills.
//
// # Use
//
//	s := slacktest.Start(t, slacktest.Options{})
//	// start the app with s.API() for https://slack.com/api/, the bot's token
//	// "xoxb-acme" and the signing secret "signing-secret", listening on base
//	s.SetEndpoints(slacktest.At(base)) // base + /slack/events and so on
//	ts := s.Mention(slacktest.Said{Channel: slacktest.General, Text: "help"})
//	s.WaitFor(t, 10*time.Second, "no answer", func() bool {
//		return len(s.Answers(slacktest.General, ts)) == 1
//	})
//
// With Options.SocketMode the app connects instead, by the token "xapp-1-acme".
// A new server has the workspace [Acme] with the people [Alice], [Bob], [Admin]
// and [Owner] and some channels, with the app installed; [Server.AddTeam] and its
// like add more, with Enterprise for Enterprise Grid and Connect for Slack
// Connect. [Options].NoInstall leaves the installation to OAuth: let the app send
// a browser to [Server.URL]/oauth/v2/authorize, or take a code from [Server.Code].
//
// # What people do
//
// [Server.Message], [Server.Mention], [Server.Edit], [Server.Delete],
// [Server.Unfurl], [Server.FileShared], [Server.HomeOpened], [Server.Join],
// [Server.Uninstall] and [Server.TokensRevoked] change the world and send the
// events that Slack sends, in its envelope; [Server.Event] sends any event. Text
// is as typed: it reaches the app as [Server.Compose] makes it, escaped and with
// links in text, raw in a rich_text block. One message with a mention is two
// events, with ids of their own. Changes and deletions carry hidden: true.
//
// [Server.Command], [Server.Click], [Server.Choose], [Server.MessageShortcut],
// [Server.Shortcut], [Server.Suggest], [Server.Submit] and [Server.CloseView] wait
// for the app's acknowledgement and do what it says.
//
// # What the app did
//
// [Server.Messages], [Server.Thread], [Server.Answers], [Server.Ephemerals],
// [Server.Home], [Server.OpenViews], [Server.FileByID] show what people see, with
// earlier versions, metadata and reactions; [Server.Calls] what was called and how
// it was answered; [Server.Deliveries] each event with its attempts. [Server.Wait]
// and [Server.WaitFor] wait for any of it without polling. All of these return
// copies.
//
// # What is refused
//
// Calls are answered as Slack answers them: with its errors, by the token's scopes
// and membership, and within the published limits, which are the rows of [Limits].
// Blocks are validated strictly: a type or property that Slack does not document
// is refused, and so are an empty text and an id that stands twice. Characters are
// counted in the strictest way. Fields of requests beyond those that are checked
// are ignored.
//
// What Slack would bear and an app should not do is recorded in
// [Server.Violations]: a planted secret that is said, shown or logged
// ([Server.Plant], [Server.CheckLog]), pasted markup that works
// ([Server.PlantPaste]), a rate that is exceeded ([Options].Pace), and others: see
// the rules. A test ends by asking that there are none.
//
// # When things go wrong
//
// [Server.Fault] makes calls fail, be slow, be cut off, or succeed and answer 502;
// [Server.Outage] has every call answered with 503, and [Server.Down] closes the
// port until [Server.Up]. Events that are not acknowledged within Options.AckWithin
// are sent again at once, after one minute and after five, by a schedule that
// Options.Scale makes faster and [Server.Advance] skips. [Server.SetDisorder],
// [Server.Hold] and [Server.Redeliver] have events come twice, late and out of
// order; [Server.DropSockets], [Server.Disconnect] and [Server.Frame] disturb
// Socket Mode. [Server.Post] sends a signed request of any content.
//
// # Time
//
// Everything expires by the server's clock: the system's or Options.Now, plus what
// [Server.Advance] added. Deadlines of acknowledgements and delays of faults are in
// real time. Timestamps and signatures show the clock without the addition.
package slacktest
