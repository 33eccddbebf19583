//go:build unix

// Package pgtest starts PostgreSQL servers for tests, from the binaries that a
// distribution installs.
package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Start starts a PostgreSQL server with an empty cluster (UTF-8, locale C,
// superuser postgres without a password) that listens on a socket in a
// temporary directory only, and returns the connection string of its database
// postgres. The server and its files are gone when the test ends, also when
// the test's process dies. Where PostgreSQL is not installed the test is
// skipped; any other failure fails it.
func Start(t testing.TB) string {
	t.Helper()
	return StartServer(t).URL("postgres")
}

// StartServer is [Start] for a test that stops its server or starts it again.
// Settings are further ones of the server, such as fsync=on: without them a
// crash of the machine may lose what was committed, one of the server does not.
func StartServer(t testing.TB, settings ...string) *Server {
	t.Helper()
	if binaries() == "" {
		t.Skip("PostgreSQL is not installed: apt-get install postgresql, or put initdb on PATH")
	}
	s, err := newServer(settings)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return s
}

// shared is the one server of the test's process that [Database] hands
// databases out of. It ends with the process.
var shared = sync.OnceValues(func() (*Server, error) { return newServer(nil) })

// databases numbers them.
var databases atomic.Int64

// Database creates an empty database for the test and returns its connection
// string. All databases of a process are in one server, which is started by the
// first call; the database is dropped when the test ends, whoever is still
// connected.
func Database(t testing.TB) string {
	t.Helper()
	if binaries() == "" {
		t.Skip("PostgreSQL is not installed: apt-get install postgresql, or put initdb on PATH")
	}
	s, err := shared()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return s.Database(t)
}

// Database creates an empty database in s, as [Database] does.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test%d", databases.Add(1))
	if err := s.exec("CREATE DATABASE " + name); err != nil {
		t.Fatalf("pgtest: create a database: %v", err)
	}
	t.Cleanup(func() {
		// A server that the test stopped takes its databases along.
		if err := s.exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"); err != nil && s.running() {
			t.Errorf("pgtest: drop the database: %v", err)
		}
	})
	return s.URL(name)
}

// URL is the connection string of a database of s.
func (s *Server) URL(database string) string {
	return "postgres://postgres@/" + url.PathEscape(database) + "?sslmode=disable&host=" + url.QueryEscape(s.dir)
}

// exec runs one statement in the database postgres.
func (s *Server) exec(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for {
		_, err = conn.Exec(ctx, sql)
		// Another session copies the template at this moment.
		if err == nil || !strings.Contains(err.Error(), "55006") {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}
