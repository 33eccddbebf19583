package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"authfix/bot"
	"authfix/knowledge"
	"authfix/storage"
)

// Decisions, in a word, as they are recorded, logged and counted.
const (
	answered   = "answered"  // a diagnosis was said
	asked      = "asked"     // candidates were shown, and a question asked
	unknown    = "unknown"   // it was said that nothing was recognised
	replied    = "replied"   // a command or a click was answered
	amended    = "amended"   // an earlier answer was changed after an edit
	withdrawn  = "withdrawn" // an earlier answer was taken back
	silent     = "silent"    // nothing to say
	evidence   = "evidence"  // kept as evidence; nothing to say
	elsewhere  = "elsewhere" // in a channel where the bot was not asked and triage is off
	own        = "own"       // the bot's own message
	otherBot   = "bot"       // another program's
	repeated   = "repeated"  // this revision of the message was decided before
	stale      = "stale"     // a later revision was decided before
	retracted  = "retracted" // its author took the message back
	broken     = "broken"    // it could not be read
	limited    = "limited"   // too much at once
	refused    = "refused"   // a mistake of the person, who was told
	fileQueued = "file"      // a file is read by a job
)

// A turn is the handling of one message: what is known, and the record that
// grows from it.
type turn struct {
	desk   *Desk
	m      bot.Message
	tenant storage.Tenant
	key    *tenantKey
	base   *knowledge.Base
	mem    storage.Memory
	policy Policy
	press  press // of a click
	now    time.Time
	rec    storage.Record
	out    bot.Outcome
}

// begin recalls what is known of a message.
func (d *Desk) begin(ctx context.Context, m bot.Message) (*turn, error) {
	switch m.Kind {
	case bot.Said, bot.Edited, bot.Deleted:
		if m.Key == "" {
			return nil, errors.New("a message without its key")
		}
	}
	t := &turn{desk: d, m: m, tenant: tenantOf(m), base: d.base.Load(), now: d.now().UTC()}
	if t.m.Received.IsZero() {
		t.m.Received = t.now
	}
	var err error
	if t.key, err = d.tenantKey(ctx, t.tenant); err != nil {
		return nil, err
	}
	q := storage.Query{Tenant: t.tenant, Delivery: m.Delivery, Channel: m.Channel, Thread: m.Thread, Direct: m.Place == bot.Direct}
	switch m.Kind {
	case bot.Clicked:
		t.press, _ = parsePress(m.Choice)
		q.Case = t.press.Case
	case bot.Said, bot.Edited, bot.Deleted:
		q.Message = m.Key
	}
	if t.mem, err = d.store.Recall(ctx, q); err != nil {
		return nil, fmt.Errorf("recall: %w", err)
	}
	if t.policy, err = readPolicy(t.mem.Policy, d.triageAtStart(m)); err != nil {
		return nil, err
	}
	t.rec = storage.Record{Tenant: t.tenant, Delivery: storage.Delivery{ID: m.Delivery, Received: t.m.Received}}
	return t, nil
}

// route decides by the kind of message.
func (t *turn) route(ctx context.Context) error {
	switch {
	case t.m.Kind == bot.Broken:
		t.rec.Delivery.Type, t.rec.Delivery.Size, t.rec.Delivery.Error = t.m.Type, t.m.Size, t.m.Error
		t.decide(broken)
		return nil
	case t.m.Author.Self:
		t.decide(own)
		return nil
	case t.m.Author.Bot && !t.policy.Bots:
		t.decide(otherBot)
		return nil
	}
	switch t.m.Kind {
	case bot.Clicked:
		return t.click(ctx)
	case bot.Commanded:
		return t.commanded(ctx)
	case bot.Deleted:
		return t.retract(ctx)
	case bot.Opened:
		return t.home(ctx)
	default:
		return t.heard(ctx)
	}
}

// decide writes down the decision.
func (t *turn) decide(decision string) { t.out.Decision = decision }

// A UserError is a mistake of the person, or something that cannot be had: what
// is wrong and what to do.
type UserError struct {
	Message string // a sentence
	Hint    string // a sentence, or ""
}

func (e *UserError) Error() string { return e.Message }

// apologise turns a [UserError] into a private reply; another error is given
// back: the message stays unacknowledged and comes again.
func (t *turn) apologise(err error) error {
	var u *UserError
	if !errors.As(err, &u) {
		return err
	}
	kept := t.rec.Message
	t.rec = storage.Record{Tenant: t.tenant, Delivery: t.rec.Delivery, Message: kept}
	if kept != nil {
		kept.Case = ""
		if t.mem.Message != nil {
			kept.Case = t.mem.Message.Case
		}
	}
	r := bot.Reply{Headline: u.Message, Tone: bot.Sorry}
	if u.Hint != "" {
		r.Sections = []bot.Section{{Prose: u.Hint}}
	}
	t.decide(refused)
	return t.tell(r)
}

// message is the row of the message of this turn, which the record gets.
func (t *turn) message() *storage.Message {
	if t.rec.Message != nil || t.m.Kind == bot.Commanded || t.m.Kind == bot.Clicked || t.m.Kind == bot.Opened {
		return t.rec.Message
	}
	row := &storage.Message{Channel: t.m.Channel, Key: t.m.Key, Thread: t.m.Thread, Author: t.m.Author.ID, At: t.m.Received}
	if known := t.mem.Message; known != nil {
		*row = *known
	}
	row.Revision = max(row.Revision, t.m.Revision)
	row.Asked = row.Asked || t.m.Asked
	t.rec.Message = row
	return row
}

// caseRow is the case of this turn as the record gets it: a copy of the one
// recalled.
func (t *turn) caseRow() *storage.Case {
	if t.rec.Case == nil && t.mem.Case != nil {
		c := *t.mem.Case
		c.Updated = t.now
		t.rec.Case = &c
	}
	return t.rec.Case
}

// say adds a reply that everyone in the thread sees and that belongs to a case,
// or to none for "". It returns the id of its row.
func (t *turn) say(r bot.Reply, caseID string) (string, error) {
	thread := t.m.Thread
	if thread == "" && t.m.Place != bot.Direct && t.m.Kind != bot.Commanded {
		thread = t.m.Key
	}
	r.Audience = bot.ToChannel
	return t.add(r, storage.Outgoing{Case: caseID, Channel: t.m.Channel, Thread: thread, Message: t.m.Key})
}

// tell adds a reply that the author of the message alone sees.
func (t *turn) tell(r bot.Reply) error {
	_, err := t.tellAbout(r, "")
	return err
}

// tellAbout is tell of a case. In a direct conversation nobody else is there.
func (t *turn) tellAbout(r bot.Reply, caseID string) (string, error) {
	o := storage.Outgoing{Case: caseID, Channel: t.m.Channel, Thread: t.m.Thread, Message: t.m.Key}
	if t.m.ReplyTo != "" {
		o.ReplyTo, o.ReplyBy = []byte(t.m.ReplyTo), t.m.ReplyBy
	}
	if t.m.Place != bot.Direct {
		r.Audience = bot.ToPerson
		o.Person, o.Private = t.m.Author.ID, true
	}
	return t.add(r, o)
}

// maxReply bounds an encoded reply.
const maxReply = 256 << 10

// add completes a row of the outbox and adds it to the record.
func (t *turn) add(r bot.Reply, o storage.Outgoing) (string, error) {
	data, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("encode a reply: %w", err)
	}
	if len(data) > maxReply {
		return "", fmt.Errorf("a reply of %d bytes", len(data))
	}
	o.Tenant, o.ID, o.Platform, o.Reply, o.Created = t.tenant, newID(), t.m.Tenant.Platform, data, t.m.Received
	o.Replaces = r.Replaces
	t.rec.Outgoing = append(t.rec.Outgoing, o)
	return o.ID, nil
}

// newID returns an id that sorts by time.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// commit records the turn.
func (t *turn) commit(ctx context.Context) (bot.Outcome, error) {
	if err := t.mark(); err != nil {
		return bot.Outcome{}, err
	}
	t.rec.Delivery.Decided, t.rec.Delivery.Decision = t.now, t.out.Decision
	if t.out.Ack.Errors != nil || t.out.Ack.Choices != nil || t.out.Ack.Form != nil || t.out.Ack.Later {
		ack, err := json.Marshal(t.out.Ack)
		if err != nil {
			return bot.Outcome{}, fmt.Errorf("encode an acknowledgement: %w", err)
		}
		t.rec.Delivery.Ack = ack
	}
	if err := t.desk.store.Record(ctx, &t.rec); err != nil {
		return bot.Outcome{}, err
	}
	t.out.Replies = len(t.rec.Outgoing)
	return t.out, nil
}
