package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"authfix/bot"
)

// A Checkup tries whether what is configured works with Slack. It changes
// nothing.
type Checkup struct {
	Config   Config
	Installs Installs // nil: nothing is installed by OAuth
	// Channels are those in which the bot should be. One without workspace is of the
	// one that is configured.
	Channels  []TriageChannel
	PublicURL string // without a slash at its end, or ""
	Now       func() time.Time
}

// A TriageChannel is a channel that is triaged.
type TriageChannel struct {
	Workspace string
	ID        string
}

// Run tries everything, one after another.
func (c Checkup) Run(ctx context.Context) []bot.Symptom {
	if c.Now == nil {
		c.Now = time.Now
	}
	a := newAPI(c.Config.API)
	defer a.close()
	var store Installs
	if c.Installs != nil {
		store = untouched{c.Installs}
	}
	w := newWorkspaces(c.Config, a, store, c.Now, slog.New(slog.DiscardHandler))
	var all []bot.Symptom
	var known []bot.Tenant
	if c.Config.BotToken != "" {
		i, err := w.whose(ctx, c.Config.BotToken)
		if err != nil {
			all = append(all, tokenRefused("SLACK_BOT_TOKEN", err, "copy the Bot User OAuth Token anew from OAuth & Permissions of the app"))
		} else {
			w.one = i
			known = append(known, i.Tenant)
			all = append(all, bot.Symptom{Of: "SLACK_BOT_TOKEN", Says: fmt.Sprintf("it is of the workspace %s (%s)", i.Name, i.Tenant.Workspace)})
			if rotates(c.Config.BotToken) {
				all = append(all, bot.Symptom{Of: "SLACK_BOT_TOKEN", Wrong: true, Says: "it is one that rotates: it ends within twelve hours", Do: "see Rotation in docs/slack.md"})
			}
			all = append(all, missingScopes(i, i.Scopes)...)
		}
	}
	if c.Config.AppToken != "" {
		all = append(all, examineAppToken(ctx, a, c.Config.AppToken))
	}
	if c.Installs != nil && c.Config.ClientID != "" {
		found, tenants := c.examineInstalls(ctx, w)
		all, known = append(all, found...), append(known, tenants...)
	}
	for _, ch := range c.Channels {
		all = append(all, examineChannel(ctx, w, known, ch))
	}
	return all
}

// untouched are installs that are read only.
type untouched struct{ Installs }

var errUntouched = errors.New("a checkup writes nothing")

func (untouched) Put(context.Context, Install) error     { return errUntouched }
func (untouched) Drop(context.Context, bot.Tenant) error { return errUntouched }
func (untouched) With(context.Context, bot.Tenant, func(Install) (Install, error)) error {
	return errUntouched
}

// tokenRefused says that Slack does not take a token, or does not answer.
func tokenRefused(of string, err error, do string) bot.Symptom {
	s := bot.Symptom{Of: of, Wrong: true, Do: do}
	switch word := wordOf(err); {
	case word == "":
		s.Says, s.Do = "Slack does not answer: "+err.Error(), "see that this machine reaches the address in SLACK_API_URL"
	case limits[word]:
		s.Says, s.Do = "Slack asks to wait", "try again in a minute"
	default:
		s.Says = "Slack does not take it: " + word
	}
	return s
}

// missingScopes names the scopes that an install lacks.
func missingScopes(i Install, granted string) []bot.Symptom {
	var all []bot.Symptom
	if granted == "" {
		return nil // Slack did not say
	}
	missing := false
	for _, s := range Scopes() {
		if i.has(s.Name) {
			continue
		}
		missing = true
		one := bot.Symptom{Of: "scope " + s.Name, Says: "it is missing: the bot needs it, for it " + s.For, Wrong: true,
			Do: "add it under OAuth & Permissions of the app, or take over the manifest anew, and install the app again"}
		if s.Optional {
			one.Wrong, one.Says, one.Do = false, "it was not granted, and the bot does without: with it the bot "+s.For, ""
		}
		all = append(all, one)
	}
	if !missing {
		all = append(all, bot.Symptom{Of: "scopes", Says: fmt.Sprintf("all %d are granted", len(Scopes()))})
	}
	return all
}

// examineAppToken asks for the address of a connection, which is not opened.
func examineAppToken(ctx context.Context, a *api, token string) bot.Symptom {
	const of = "SLACK_APP_TOKEN"
	_, err := a.call(ctx, token, "apps.connections.open", nil, nil)
	switch {
	case err == nil:
		return bot.Symptom{Of: of, Says: "Slack opens connections for it"}
	case wordOf(err) == "missing_scope":
		return bot.Symptom{Of: of, Says: "the scope connections:write is missing", Wrong: true, Do: "make an app-level token with connections:write under Basic Information of the app"}
	}
	return tokenRefused(of, err, "make an app-level token with connections:write under Basic Information of the app, and switch Socket Mode on")
}

// maxExamined bounds the installs that are tried one by one.
const maxExamined = 50

// examineInstalls tries the tokens of the workspaces that were installed.
func (c Checkup) examineInstalls(ctx context.Context, w *workspaces) (all []bot.Symptom, known []bot.Tenant) {
	const of = "installs"
	listed, err := c.Installs.List(ctx)
	if err != nil {
		return []bot.Symptom{{Of: of, Says: err.Error(), Wrong: true, Do: "see that the database answers"}}, nil
	}
	again := "install the app again at /slack/install"
	if c.PublicURL != "" {
		again = "install the app again at " + c.PublicURL + installPath
	}
	well := 0
	for n, one := range listed {
		name := "workspace " + one.Tenant.Workspace
		if one.Tenant.Workspace == "" {
			name = "organisation " + one.Tenant.Enterprise
		}
		switch {
		case one.Broken != "":
			all = append(all, bot.Symptom{Of: name, Says: "its token no longer works: " + one.Broken, Wrong: true, Do: again})
			continue
		case !one.Expires.IsZero() && !one.Expires.After(c.Now()):
			all = append(all, bot.Symptom{Of: name, Says: "its token has ended and was not exchanged", Wrong: true, Do: "run authfix serve, which exchanges it; its log says why when it cannot"})
			continue
		}
		if n >= maxExamined {
			known = append(known, one.Tenant)
			continue
		}
		i, err := c.Installs.Get(ctx, one.Tenant)
		if err != nil {
			all = append(all, bot.Symptom{Of: name, Says: err.Error(), Wrong: true, Do: "see that the database answers and that the key ring opens what is sealed"})
			continue
		}
		if _, err := w.api.call(ctx, i.Token, "auth.test", nil, nil); err != nil {
			all = append(all, tokenRefused(name, err, again))
			continue
		}
		well++
		known = append(known, one.Tenant)
		for _, s := range missingScopes(i, i.Scopes) {
			if s.Wrong {
				s.Of = name + ", " + s.Of
				all = append(all, s)
			}
		}
	}
	says := fmt.Sprintf("%d of %d workspaces were tried and work", well, len(listed))
	if len(listed) == 0 {
		says = "no workspace has installed the app yet"
	}
	return append([]bot.Symptom{{Of: of, Says: says}}, all...), known
}

// examineChannel tries whether the bot is in a channel.
func examineChannel(ctx context.Context, w *workspaces, known []bot.Tenant, ch TriageChannel) bot.Symptom {
	s := bot.Symptom{Of: "channel " + ch.ID, Wrong: true}
	tenants := known
	if ch.Workspace != "" {
		tenants = nil
		for _, t := range known {
			if t.Workspace == ch.Workspace || t.Workspace == "" {
				tenants = append(tenants, bot.Tenant{Platform: t.Platform, Enterprise: t.Enterprise, Workspace: ch.Workspace})
			}
		}
	}
	if len(tenants) == 0 {
		s.Says, s.Do = "the app is not installed in its workspace", "see what is wrong with the token above"
		return s
	}
	var err error
	for _, t := range tenants[:min(len(tenants), maxExamined)] {
		var got struct {
			Channel struct {
				Name     string `json:"name"`
				Member   bool   `json:"is_member"`
				Archived bool   `json:"is_archived"`
			} `json:"channel"`
		}
		if err = w.call(ctx, t, "conversations.info", url.Values{"channel": {ch.ID}}, &got); err != nil {
			continue
		}
		name := "#" + clip(got.Channel.Name, 80)
		switch {
		case got.Channel.Archived:
			s.Says, s.Do = name+" is archived", "take it out of AUTHFIX_TRIAGE_CHANNELS, or switch triage off in it"
		case !got.Channel.Member:
			s.Says, s.Do = "the bot is not in "+name+", so it hears nothing there", "write in "+name+": /invite @authfix"
		default:
			s.Says, s.Wrong = "the bot is in "+name, false
		}
		return s
	}
	switch word := wordOf(err); {
	case word == "channel_not_found":
		s.Says, s.Do = "the bot sees no such channel: it is in no workspace of the app, or private and the bot is not in it", "write in the channel: /invite @authfix, and see that the id is right: it stands at the end of the channel's details"
	case word == "missing_scope":
		s.Says, s.Do = "whether the bot is in it cannot be told: "+err.Error(), "add the scope, and install the app again"
	case errors.Is(err, ErrNoInstall):
		s.Says, s.Do = "the app is not installed in its workspace", "see what is wrong with the token above"
	default:
		s.Says, s.Do = "it cannot be told: "+strings.TrimSuffix(err.Error(), "\n"), "see what is wrong with the token above"
	}
	return s
}
