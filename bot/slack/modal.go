package slack

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"authfix/bot"
)

// openWithin is how long a trigger_id works.
// https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses
const openWithin = 3 * time.Second

// usedTriggers are Slack's words for a trigger with which something was opened
// before: the delivery came again.
var usedTriggers = map[string]bool{"exchanged_trigger_id": true, "trigger_exchanged": true, "duplicate_external_id": true}

// openForm opens a form for whoever sent m. Where that fails the person is told,
// if there is a way.
func (p *Platform) openForm(ctx context.Context, m *bot.Message, trigger string, f bot.Form) {
	if _, done := p.opened.Get(trigger, p.now()); done {
		return // the delivery came again
	}
	ctx, cancel := context.WithTimeout(ctx, 2*openWithin)
	defer cancel()
	err := p.viewsOpen(ctx, m, trigger, f)
	if err == nil {
		p.opened.Put(trigger, true, p.now())
	}
	if err == nil || usedTriggers[wordOf(err)] {
		return
	}
	p.log.Error("form not opened", "workspace", m.Tenant.Workspace, "err", err)
	if m.ReplyTo == "" {
		return
	}
	text := "The form could not be opened. Try again, or write the text behind the command."
	if err := p.api.respond(ctx, m.ReplyTo, map[string]any{"response_type": "ephemeral", "replace_original": false, "text": text}); err != nil {
		p.log.Error("who asked for a form was not told", "workspace", m.Tenant.Workspace, "err", err)
	}
}

func (p *Platform) viewsOpen(ctx context.Context, m *bot.Message, trigger string, f bot.Form) error {
	o := origin{Channel: m.Channel}
	if m.ReplyTo != "" {
		o.ReplyTo, o.ReplyBy = m.ReplyTo, m.ReplyBy.Unix()
	}
	private, err := json.Marshal(o)
	if err != nil {
		return err
	}
	if len(private) > maxPrivateMetadata {
		private, _ = json.Marshal(origin{Channel: m.Channel})
	}
	view, err := json.Marshal(renderForm(f, string(private)))
	if err != nil {
		return err
	}
	return p.spaces.call(ctx, m.Tenant, "views.open", url.Values{"trigger_id": {trigger}, "view": {string(view)}}, nil)
}

// formErrors is the answer to a form that shows what is wrong in it. A field that
// the form does not have is said at its text: Slack shows errors of inputs alone.
func formErrors(errors map[string]string) any {
	text := errors[formBlock]
	for field, e := range errors {
		if field != formBlock && text == "" {
			text = e
		}
	}
	return map[string]any{"response_action": "errors", "errors": map[string]string{formBlock: text}}
}
