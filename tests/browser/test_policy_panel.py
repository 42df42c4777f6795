"""The panel of chapter 5 that asks policies, by its menus."""

from __future__ import annotations

from course_page import CoursePage
from playwright.sync_api import expect


def test_menus_ask_who_may_do_what(course: CoursePage) -> None:
    """Each choice is answered by a verdict in words, with the statement that decided."""
    with course.notebook("solutions/05_grant_a_permission.ipynb"):
        shown = course.run_to("await lab.show.policies(visitor")
        verdict = shown.get_by_role("status")
        expect(verdict).to_contain_text("nothing allows it (implicitDeny)")
        shown.get_by_label("Who").select_option("role photo-keeper")
        shown.get_by_label("Action").select_option("s3:GetObject")
        shown.get_by_label("Resource").select_option("arn:aws:s3:::photos/public/cat.jpg")
        expect(verdict).to_contain_text("allowed")
        expect(shown).to_contain_text('Statement 2 of "fargate-kit" allows it')
        expect(shown).to_contain_text("SimulatePrincipalPolicy says the same: allowed")
        shown.get_by_label("Resource").select_option("arn:aws:s3:::photos/private/me.jpg")
        expect(verdict).to_contain_text("implicitDeny")
        expect(shown).to_contain_text("only on arn:aws:s3:::photos/public/*")
        assert course.barriers() == []
