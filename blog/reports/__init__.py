"""What editors look up across all posts. Each report is a page, with a spreadsheet to take away."""

from .affiliate_links import AffiliateLinksReport
from .broken_links import BrokenLinksReport
from .disclosures import DisclosuresReport
from .uncredited_images import UncreditedImagesReport

REPORTS = [AffiliateLinksReport, BrokenLinksReport, DisclosuresReport, UncreditedImagesReport]
