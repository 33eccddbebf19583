// Package storagetest is the contract of package storage: every engine's test
// runs Exercise.
package storagetest

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"authfix/storage"
)

// An Open opens a store on one database with a key ring. It is called several
// times for one database: at once, after one another, with other rings, from
// other goroutines than the test's. It does not close what it opened; Exercise
// does, and perhaps more than once.
type Open func(t *testing.T, k *storage.Keyring) storage.Store

// Exercise tests a storage engine. Each call of create makes an empty database
// and returns how it is opened.
func Exercise(t *testing.T, create func(t *testing.T) Open) {
	for _, test := range []struct {
		name string
		f    func(t *testing.T, d *database)
	}{
		{"Record", record},
		{"RecordMistakes", recordMistakes},
		{"RecordTwice", recordTwice},
		{"RecordAtOnce", recordAtOnce},
		{"RecordConflicts", recordConflicts},
		{"RecordObservations", recordObservations},
		{"RecordNothingOnError", recordNothing},
		{"RecordContext", recordContext},
		{"RecordJobs", recordJobs},
		{"Text", text},
		{"Recall", recall},
		{"Policies", policies},
		{"OutboxOrder", outboxOrder},
		{"OutboxOvertaken", outboxOvertaken},
		{"OutboxWait", outboxWait},
		{"OutboxLease", outboxLease},
		{"OutboxSettle", outboxSettle},
		{"OutboxTakeover", outboxTakeover},
		{"OutboxLost", outboxLost},
		{"OutboxOnce", outboxOnce},
		{"OutboxReplaces", outboxReplaces},
		{"OutboxShared", outboxShared},
		{"OutboxFleeting", outboxFleeting},
		{"OutboxAtOnce", outboxAtOnce},
		{"History", history},
		{"Figures", figures},
		{"Counters", counters},
		{"CountersAtOnce", countersAtOnce},
		{"TenantKey", tenantKey},
		{"Installations", installations},
		{"WithInstallation", withInstallation},
		{"Documents", documents},
		{"Claims", claims},
		{"ClaimsAtOnce", claimsAtOnce},
		{"Isolation", isolation},
		{"DropTenant", dropTenant},
		{"Sweep", sweep},
		{"ForgetMessage", forgetMessage},
		{"ForgetPerson", forgetPerson},
		{"ForgetMistakes", forgetMistakes},
		{"Rotate", rotate},
		{"Restart", restart},
		{"Keeper", keeper},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.f(t, &database{create(t), NewKeyring(t)})
		})
	}
}

// A database is one that a test has for itself.
type database struct {
	open Open
	ring *storage.Keyring
}

// store opens the database until the test ends.
func (d *database) store(t *testing.T) storage.Store {
	t.Helper()
	return d.with(t, d.ring)
}

func (d *database) with(t *testing.T, k *storage.Keyring) storage.Store {
	t.Helper()
	s := d.open(t, k)
	t.Cleanup(func() { s.Close() })
	return s
}

// NewKeyring returns a ring with a new key.
func NewKeyring(t testing.TB) *storage.Keyring {
	t.Helper()
	return ring(t, storage.NewKey())
}

func ring(t testing.TB, keys string) *storage.Keyring {
	t.Helper()
	k, err := storage.ParseKeyring(keys)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

const (
	tenant = storage.Tenant("slack//T1")
	other  = storage.Tenant("slack//T2")
)

// start is when everything begins; engines keep microseconds.
var start = time.Date(2026, 11, 2, 9, 30, 0, 123456000, time.UTC)

func at(d time.Duration) time.Time { return start.Add(d) }

// Full returns a record with every part, of a message that opens a case. Ids end
// in name, which tells records apart.
func Full(t storage.Tenant, name string) *storage.Record {
	return &storage.Record{
		Tenant: t,
		Delivery: storage.Delivery{ID: "delivery-" + name, Received: at(0), Decided: at(time.Millisecond), Decision: "answered",
			Ack: []byte(`{"later":true}`), Type: "message", Size: 12, Error: "none"},
		Message: &storage.Message{Channel: "C1", Key: "message-" + name, Thread: "", Author: "author-" + name, Revision: 7, Asked: true, Spoken: true,
			Case: "case-" + name, At: at(0)},
		Case: &storage.Case{Tenant: t, ID: "case-" + name, Channel: "C1", Thread: "message-" + name, Author: "author-" + name, Asked: true,
			State: storage.Open, Verdict: "certain", FailureMode: "mode", ModeVersion: 3, Base: "base-1", Fingerprint: "fingerprint-" + name,
			Title: "title of " + name, Excerpt: "excerpt of " + name, Answers: []storage.Answer{{Fact: "token.kind", Value: "ghu of " + name}},
			Received: at(0), Decided: at(time.Millisecond), FirstHuman: at(time.Minute), Updated: at(time.Millisecond)},
		Observation: &storage.Observation{Message: "message-" + name, Author: "author-" + name, Revision: 7, At: at(0), Data: []byte("observed in " + name)},
		Outgoing: []storage.Outgoing{{ID: "reply-" + name, Case: "case-" + name, Platform: "slack", Channel: "C1", Thread: "message-" + name,
			Person: "author-" + name, Message: "message-" + name, Reply: []byte("reply to " + name), ReplyTo: []byte("https://respond.example/" + name),
			ReplyBy: at(time.Hour), Created: at(time.Millisecond)}},
		Vote:         &storage.Vote{Case: "case-" + name, Person: "author-" + name, FailureMode: "mode", ModeVersion: 3, Value: "helped", At: at(time.Minute)},
		Setting:      &storage.Setting{Channel: "channel-" + name, Data: []byte(`{"on":true}`), By: "author-" + name, At: at(0)},
		Audits:       []storage.Audit{{At: at(0), Actor: "author-" + name, Action: "triage.on", Subject: "C1", Detail: "detail of " + name}},
		Sighting:     &storage.Sighting{Fingerprint: "fingerprint-" + name, At: at(0)},
		Unrecognised: &storage.Unrecognised{Fingerprint: "template-" + name, Channel: "C1", Excerpt: "unrecognised excerpt of " + name, First: at(0), Last: at(0)},
		Warned:       [][]byte{[]byte("mac of " + name)},
	}
}

// Say returns the least record of a reply: a delivery and a row of the outbox.
func say(id, thread string, change ...func(*storage.Outgoing)) *storage.Record {
	o := storage.Outgoing{ID: id, Platform: "slack", Channel: "C1", Thread: thread, Reply: []byte("reply " + id), Created: start}
	for _, f := range change {
		f(&o)
	}
	return &storage.Record{Tenant: tenant, Delivery: storage.Delivery{ID: "delivery of " + id, Received: start}, Outgoing: []storage.Outgoing{o}}
}

// must fails the test at once when something that has to work does not.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// got is must with a value.
func got[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		must(t, err)
		return v
	}
}

func write(t *testing.T, s storage.Store, all ...*storage.Record) {
	t.Helper()
	for _, r := range all {
		must(t, s.Record(t.Context(), r))
	}
}

// same compares deeply; nil and empty slices are equal where both are empty.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if reflect.DeepEqual(got, want) {
		return
	}
	if g, w := reflect.ValueOf(got), reflect.ValueOf(want); g.IsValid() && w.IsValid() && g.Kind() == reflect.Slice && w.Kind() == reflect.Slice && g.Len() == 0 && w.Len() == 0 {
		return
	}
	t.Errorf("%s is\n %s\nwant\n %s", what, show(got), show(want))
}

func show(v any) string {
	if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer && !r.IsNil() {
		return fmt.Sprintf("%+v", r.Elem().Interface())
	}
	return fmt.Sprintf("%+v", v)
}

// wantErr checks which error it is.
func wantErr(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error %v, want %v", what, err, want)
	}
}

func ids(all []storage.Outgoing) []string {
	var list []string
	for _, o := range all {
		list = append(list, o.ID)
	}
	return list
}

func caseIDs(all []storage.Case) []string {
	var list []string
	for _, c := range all {
		list = append(list, c.ID)
	}
	return list
}
