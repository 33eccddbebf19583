package discord

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"authfix/bot"
)

func typing(name string, kind int, value any) object {
	o := filled(name, kind, value)
	o["focused"] = true
	return o
}

// suggested are the values of the answer to what is typed.
func (w *interactionWorld) suggested(t *testing.T, data []byte) []suggestion {
	t.Helper()
	answer, err := w.use(t, data, time.Now())
	if err != nil || answer == nil || answer.Type != answerComplete {
		t.Fatalf("interaction = %+v, %v", answer, err)
	}
	raw, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Data struct {
			Choices *[]suggestion `json:"choices"`
		} `json:"data"`
	}
	if err := json.Unmarshal(raw, &got); err != nil || got.Data.Choices == nil {
		t.Fatalf("the answer %s has no choices: %v", raw, err)
	}
	return *got.Data.Choices
}

func TestAutocomplete(t *testing.T) {
	var asked bot.Message
	w := newInteractionWorld(t, Deps{Commands: testCommands, Suggest: func(_ context.Context, m bot.Message) ([]bot.Choice, error) {
		asked = m
		return []bot.Choice{{ID: "app", Label: "The  application\nlinks"}, {ID: "nameless"}, {Label: "no id"}, {ID: strings.Repeat("x", 101)}, {ID: "long", Label: strings.Repeat("é", 101)}}, nil
	}}, Config{}, nil)
	for _, x := range []struct {
		data    object
		command string
		text    string
	}{
		{sub("show", typing("id", 3, "app")), "show", "app"},
		{sub("show", typing("id", 3, "")), "show", ""},
		{sub("triage", typing("value", 3, "li"), filled("setting", 3, "threshold")), "triage", "threshold li"},
		{sub("triage", filled("setting", 3, "threshold"), typing("value", 3, "")), "triage", "threshold "},
		{sub("triage", typing("setting", 3, "thr"), filled("value", 3, "likely")), "triage", "thr"},
		{sub("new", typing("what", 3, "x")), "new", "x"},
		{sub("show", filled("id", 3, "nothing has the focus")), "show", ""},
	} {
		got := w.suggested(t, interactionOf(t, 4, object{"data": x.data}))
		if asked.Command != x.command || asked.Text != x.text {
			t.Errorf("asked for %q %q, want %q %q", asked.Command, asked.Text, x.command, x.text)
		}
		if asked.Tenant.Workspace != testGuild || asked.Author.ID != testPerson || asked.Channel != testChannel || asked.Kind != bot.Commanded || asked.ReplyTo != "" {
			t.Errorf("asked with %+v", asked)
		}
		want := []suggestion{{"The application links", "app"}, {"nameless", "nameless"}, {strings.Repeat("é", 99) + "…", "long"}}
		if !slices.Equal(got, want) {
			t.Errorf("suggested %q, want %q", got, want)
		}
	}
	if len(w.heard) != 0 || len(w.calls) != 0 {
		t.Errorf("%d messages were heard and %d calls made", len(w.heard), len(w.calls))
	}
}

func TestAutocompleteBounds(t *testing.T) {
	var many []bot.Choice
	for i := range 40 {
		many = append(many, bot.Choice{ID: itoa(i), Label: itoa(i)})
	}
	data := interactionOf(t, 4, object{"data": sub("show", typing("id", 3, "x"))})
	for name, x := range map[string]struct {
		suggest func(context.Context, bot.Message) ([]bot.Choice, error)
		want    int
	}{
		"many":   {func(context.Context, bot.Message) ([]bot.Choice, error) { return many, nil }, 25},
		"none":   {func(context.Context, bot.Message) ([]bot.Choice, error) { return nil, nil }, 0},
		"nobody": {nil, 0},
		"errors": {func(context.Context, bot.Message) ([]bot.Choice, error) { return nil, errors.New("away") }, 0},
		"panics": {func(context.Context, bot.Message) ([]bot.Choice, error) { panic("a bug") }, 0},
	} {
		w := newInteractionWorld(t, Deps{Commands: testCommands, Suggest: x.suggest}, Config{}, nil)
		if got := w.suggested(t, data); len(got) != x.want {
			t.Errorf("%s: %d suggestions, want %d", name, len(got), x.want)
		}
	}
	other := interactionOf(t, 4, object{"data": object{"name": "other", "options": []object{typing("id", 3, "x")}}})
	w := newInteractionWorld(t, Deps{Suggest: func(context.Context, bot.Message) ([]bot.Choice, error) { return many, nil }}, Config{}, nil)
	if got := w.suggested(t, other); len(got) != 0 {
		t.Errorf("%d suggestions for another command", len(got))
	}
}

// TestLateSuggestions has one that suggests too slowly be left alone, and no more
// than a few of them pile up.
func TestLateSuggestions(t *testing.T) {
	stop := make(chan struct{})
	var calls atomic.Int64
	w := newInteractionWorld(t, Deps{Commands: testCommands, Suggest: func(context.Context, bot.Message) ([]bot.Choice, error) {
		calls.Add(1)
		<-stop // it does not mind its context
		return []bot.Choice{{ID: "late"}}, nil
	}}, Config{}, nil)
	defer close(stop)
	data := interactionOf(t, 4, object{"data": sub("show", typing("id", 3, "x"))})
	began := time.Now()
	if got := w.suggested(t, data); len(got) != 0 {
		t.Errorf("suggested %q", got)
	}
	if took := time.Since(began); took < suggestWithin || took > suggestWithin+2*time.Second {
		t.Errorf("it took %v, want %v", took, suggestWithin)
	}
	done := make(chan struct{})
	for range 2 * maxSuggesting {
		go func() {
			defer func() { done <- struct{}{} }()
			w.suggested(t, data)
		}()
	}
	for range 2 * maxSuggesting {
		<-done
	}
	if n := calls.Load(); n > maxSuggesting {
		t.Errorf("%d were asked at once, want %d at most", n, maxSuggesting)
	}
}

// TestSuggestionsElsewhere has discordgo read the answer.
func TestSuggestionsElsewhere(t *testing.T) {
	w := newInteractionWorld(t, Deps{Commands: testCommands, Suggest: func(context.Context, bot.Message) ([]bot.Choice, error) {
		return []bot.Choice{{ID: "app", Label: "Application links"}}, nil
	}}, Config{}, nil)
	answer, err := w.use(t, interactionOf(t, 4, object{"data": sub("show", typing("id", 3, "app"))}), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Type discordgo.InteractionResponseType
		Data struct {
			Choices []*discordgo.ApplicationCommandOptionChoice
		}
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != discordgo.InteractionApplicationCommandAutocompleteResult || len(got.Data.Choices) != 1 || got.Data.Choices[0].Name != "Application links" || got.Data.Choices[0].Value != "app" {
		t.Errorf("discordgo reads %s as %+v", data, got)
	}
}
