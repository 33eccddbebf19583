package main

import (
	"bytes"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"authfix/internal/pgtest"
	"authfix/storage"
)

// onPath makes this test binary the program authfix on a PATH of its own and
// returns a function that runs shell commands in dir with some variables.
func onPath(t *testing.T, dir string, vars map[string]string) func(script, stdin string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, "authfix")); err != nil {
		t.Fatal(err)
	}
	return func(script, stdin string) string {
		t.Helper()
		cmd := exec.Command("sh", "-e", "-c", script)
		cmd.Dir = dir
		cmd.Env = []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + dir, "AUTHFIX_LISTEN=127.0.0.1:0"}
		for k, v := range vars {
			cmd.Env = append(cmd.Env, k+"="+v)
		}
		cmd.Stdin = strings.NewReader(stdin)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v\n%s\n%s", err, script, out.String())
		}
		return out.String()
	}
}

// steps are the lines of docs/operating.md between two marks.
func steps(t *testing.T, mark string) string {
	t.Helper()
	data, err := os.ReadFile(operating)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "<!-- "+mark+" -->\n")
	block, _, found := strings.Cut(rest, "<!-- /"+mark+" -->\n")
	if !found || strings.TrimSpace(block) == "" {
		t.Fatalf("%s has no steps %s", operating, mark)
	}
	return block
}

const firstPaste = "oauth_problem=timestamp_refused\n\n/stats\n"

// TestRestoreSQLite follows the documented steps.
func TestRestoreSQLite(t *testing.T) {
	dir, vars := t.TempDir(), map[string]string{"BACKUP": "copy.db"}
	sh := onPath(t, dir, vars)
	if out := sh("authfix chat --as anna", firstPaste); !strings.Contains(out, "Cases") {
		t.Fatalf("the conversation is\n%s", out)
	}
	sh("authfix backup copy.db", "")
	// What is lost: a case after the backup, and then the file itself.
	sh("authfix chat --as anna", "oauth_problem=consumer_key_unknown\n")
	if err := os.WriteFile(filepath.Join(dir, "authfix.db"), bytes.Repeat([]byte("broken "), 1<<12), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := sh("authfix doctor || true", ""); !strings.Contains(out, "WRONG") {
		t.Fatalf("the doctor finds nothing wrong with a broken file:\n%s", out)
	}
	if out := sh(steps(t, "restore-sqlite"), ""); strings.Contains(out, "WRONG") || !strings.Contains(out, "ok     database") {
		t.Errorf("after the restore the doctor says\n%s", out)
	}
	out := sh("authfix chat --as anna", "/stats\n")
	if !strings.Contains(out, "Before: Application link refused") || !strings.Contains(strings.Join(strings.Fields(out), " "), "Cases 1 ") {
		t.Errorf("after the restore the conversation is\n%s", out)
	}
}

// TestRestorePostgres follows the documented steps.
func TestRestorePostgres(t *testing.T) {
	server := pgtest.Start(t)
	restored, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	restored.Path = "/restored"
	dir, vars := t.TempDir(), map[string]string{"DATABASE_URL": server, "AUTHFIX_SECRET_KEY": storage.NewKey(), "BACKUP": "copy.dump", "SERVER": server, "RESTORED": restored.String()}
	sh := onPath(t, dir, vars)
	if out := sh("authfix chat --as anna", firstPaste); !strings.Contains(out, "Cases") {
		t.Fatalf("the conversation is\n%s", out)
	}
	sh("authfix backup copy.dump", "")
	if out := sh(steps(t, "restore-postgres"), ""); strings.Contains(out, "WRONG") || !strings.Contains(out, "ok     database") {
		t.Errorf("after the restore the doctor says\n%s", out)
	}
	out := sh(`DATABASE_URL="$RESTORED" authfix chat --as anna`, "/stats\n")
	if !strings.Contains(out, "Before: Application link refused") {
		t.Errorf("after the restore the conversation is\n%s", out)
	}
}
