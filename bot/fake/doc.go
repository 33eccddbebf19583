// Package fake is what fakes of chat platforms have in common, whatever the
// platform: a [Server] that listens, goes down and comes up again, whose clock can
// be moved, that tells who waits that something has changed, and that records what
// an app should not have done; with [Faults] of calls and a [Table] of published
// limits. It knows no platform, and no app.
//
// A fake embeds a [*Server], so that its tests have these methods, and keeps the
// [Core] to itself:
//
//	type Server struct {
//		*fake.Server
//		core *fake.Core
//		mu   *sync.Mutex // the core's
//		…
//	}
//
//	s.Server, s.core, err = fake.New(fake.Config{…})
//	s.mu = &s.core.Mu
//	s.core.Serve(s.routes())
package fake
