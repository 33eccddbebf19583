package knowledge

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"authfix/knowledge/analyze"
)

// forms are how people paste what a statement gave: one cell.
func forms(cell string) map[string]string {
	quoted, err := json.Marshal([]map[string]string{{"NAME": "lighthouse", "token_kind": cell}})
	if err != nil {
		panic(err)
	}
	return map[string]string{
		"psql table": fmt.Sprintf("    NAME    | token_kind \n------------+------------\n lighthouse | %-10s \n(1 row)\n", cell),
		"psql \\x":   fmt.Sprintf("-[ RECORD 1 ]---------\nNAME       | lighthouse\ntoken_kind | %s\n", cell),
		"MySQL box":  fmt.Sprintf("+------------+------------+\n| NAME       | token_kind |\n+------------+------------+\n| lighthouse | %-10s |\n+------------+------------+\n1 row in set (0.00 sec)\n", cell),
		"MySQL \\G":  fmt.Sprintf("*************************** 1. row ***************************\n      NAME: lighthouse\ntoken_kind: %s\n1 row in set (0.00 sec)\n", cell),
		"CSV":        fmt.Sprintf("NAME,token_kind\nlighthouse,%s\n", cell),
		"quoted CSV": fmt.Sprintf("\"NAME\";\"token_kind\"\n\"lighthouse\";\"%s\"\n", cell),
		"JSON":       string(quoted),
		"bare":       cell,
		"blanks":     "  " + cell + " \r\n",
		"capitals":   strings.ToUpper(cell),
		"sentence":   "it is " + cell,
		"backticks":  "`" + cell + "`",
		"sqlplus":    fmt.Sprintf("NAME       TOKEN_KIND\n---------- ----------\nlighthouse %s\n", cell),
	}
}

func TestTokenKindIsReadFromEveryForm(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	q, ok := b.Question("token.kind")
	if !ok {
		t.Fatal("no question about token.kind")
	}
	for cell, want := range map[string]string{
		"ghu_": "ghu", "gho_": "gho", "ghp_": "ghp", "ghs_": "ghs", "github_pat_": "github_pat",
		"gho_…": "gho", "ghu_****": "ghu", "glpat-": "glpat", "xoxb-": "xoxb", "ya29.": "ya29",
		"gh" + "u_" + "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb7c": "ghu",
		"ATATT": "atatt", "ATATT3xFf": "atatt",
	} {
		for name, text := range forms(cell) {
			got, ok := q.read(text)
			if !ok || got != want {
				t.Errorf("%q in %s: %q, %v; want %s\n%s", cell, name, got, ok, want, text)
			}
		}
	}
	for cut, text := range map[string]string{
		"without its underscore": " lighthouse | ghu\n",
		"table cut on the right": " lighthouse | gh" + "o_Ab3d",
		"table cut on the left":  "ouse | ghu_ \n(1 row)",
	} {
		if got, ok := q.read(text); !ok || got != "ghu" && got != "gho" {
			t.Errorf("%s: %q, %v", cut, got, ok)
		}
	}
}

// Every choice of every question is an answer, as its value and as its label.
func TestEveryChoiceAnswers(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	vocabulary := map[string]*analyze.Term{}
	for i := range analyze.Vocabulary {
		vocabulary[analyze.Vocabulary[i].Name] = &analyze.Vocabulary[i]
	}
	facts := b.questionFacts()
	if len(facts) < 4 {
		t.Fatalf("only the questions %v", facts)
	}
	for _, fact := range facts {
		q, _ := b.Question(fact)
		if vocabulary[fact] == nil || !strings.HasSuffix(q.Text, "?") || len(q.Choices) < 2 {
			t.Errorf("question %s: %q with %d choices", fact, q.Text, len(q.Choices))
		}
		for _, c := range q.Choices {
			for _, text := range []string{c.Value, strings.ToUpper(c.Value), " " + c.Value + "\n", c.Label} {
				if got, ok := q.read(text); !ok || got != c.Value {
					t.Errorf("%s: %q is read as %q, %v; want %s", fact, text, got, ok, c.Value)
				}
			}
			d, err := b.Diagnose(Input{Text: []byte("oauth_problem=timestamp_refused"), Now: testNow, Answers: []Answer{{fact, c.Label}}})
			if err != nil {
				t.Errorf("%s = %q: %v", fact, c.Label, err)
				continue
			}
			known := false
			for _, f := range d.Facts {
				known = known || f.Name == fact && string(f.Value) == c.Value && f.Line == 0
			}
			if !known {
				t.Errorf("%s = %s is not among the facts %v", fact, c.Value, d.Facts)
			}
			if d.Question != nil && d.Question.ID == fact {
				t.Errorf("%s was answered and is asked again", fact)
			}
		}
	}
}

func TestTypedAnswers(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ fact, text, want string }{
		{"product.deployment", "https://acme.atlassian.net/browse/A-1", "cloud"},
		{"product.deployment", `{"baseUrl":"https://jira.example.com","deploymentType":"Server"}`, "datacenter"},
		{"product.deployment", `{"baseUrl":"https://x.atlassian.net","deploymentType":"Cloud"}`, "cloud"},
		{"product.deployment", "self-hosted", "datacenter"},
		{"product.deployment", "on prem", "datacenter"},
		{"product.deployment", "DC", "datacenter"},
		{"oauth1.provider", "our Confluence", "atlassian"},
		{"oauth1.provider", "it's Xero", "xero"},
		{"oauth1.provider", "WooCommerce shop", "woocommerce"},
		{"oauth1.provider", "one of our own", "other"},
		{"oauth2.provider", "Gmail", "google"},
		{"oauth2.provider", "O365", "microsoft"},
		{"oauth2.provider", "https://login.microsoftonline.com/common", "microsoft"},
		{"oauth2.provider", "keycloak", "keycloak"},
		{"oauth2.provider", "https://sso.example.com/auth", "other"},
	} {
		q, ok := b.Question(tt.fact)
		if !ok {
			t.Fatalf("no question about %s", tt.fact)
		}
		if got, ok := q.read(tt.text); !ok || got != tt.want {
			t.Errorf("%s: %q is read as %q, %v; want %s", tt.fact, tt.text, got, ok, tt.want)
		}
	}
}

// What is no answer is refused, and the refusal does not repeat it.
func TestNoAnswerIsRefused(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", " ", "zebra", "???", "\x00\xff", strings.Repeat("zebra\n", 100_000), "higher", "foghorn", "12345", "[]", "(0 rows)\n", "zebra" + strings.Repeat("\u00e9", 40_000)} {
		for _, fact := range b.questionFacts() {
			_, err := b.Diagnose(Input{Text: []byte("Bad credentials (401)"), Answers: []Answer{{fact, text}}})
			var refused *UnknownAnswer
			if !errors.As(err, &refused) || !errors.Is(err, ErrAnswer) {
				t.Errorf("%s = %.20q: %v", fact, text, err)
				continue
			}
			if strings.Contains(err.Error(), "zebra") || strings.Contains(err.Error(), "foghorn") || strings.Contains(err.Error(), "\n") || len(err.Error()) > 400 {
				t.Errorf("%s = %.20q: the error is %q", fact, text, err)
			}
			if !refused.Value || refused.Fact != fact || len(refused.Known) == 0 {
				t.Errorf("%s = %.20q: %+v", fact, text, refused)
			}
		}
	}
	_, err = b.Diagnose(Input{Text: []byte("x"), Answers: []Answer{{"zebra.kind", "ghu"}}})
	if !errors.Is(err, ErrAnswer) || strings.Contains(err.Error(), "zebra") || !strings.Contains(err.Error(), "token.kind") {
		t.Errorf("an unknown question: %v", err)
	}
}
